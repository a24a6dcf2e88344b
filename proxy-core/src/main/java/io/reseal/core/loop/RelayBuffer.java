package io.reseal.core.loop;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * The buffer that the tunnels of one event loop read into in turn. What is read is written to the
 * other side at once, so one buffer serves them all: large, warm in the cache, and nothing that a
 * silent tunnel would hold. What the other side does not take leaves with the buffer, and the next
 * read gets a new one. It is there only while a tunnel is.
 *
 * <p>Confined to its event loop.
 */
public final class RelayBuffer extends DefaultMaxMessagesRecvByteBufAllocator {
  /** Most reads find less: what arrives wakes the loop before more of it can. */
  static final int CAPACITY_BYTES = 128 << 10;

  /** One tunnel's share of a turn of the loop is 1 MiB. */
  private static final int READS_PER_TURN = 8;

  private int tunnels;
  private @Nullable ByteBuf buffer;

  public RelayBuffer() {
    super(READS_PER_TURN);
  }

  /** A tunnel begins. */
  public void acquire() {
    tunnels++;
  }

  /** A tunnel has ended; with the last one the buffer goes. */
  public void release() {
    tunnels--;
    if (tunnels == 0 && buffer != null) {
      buffer.release();
      buffer = null;
    }
  }

  @Override
  public Handle newHandle() {
    return new Reading();
  }

  /** The buffer, empty, and a reference to it that the caller owns. */
  private ByteBuf take(ByteBufAllocator allocator) {
    ByteBuf taken = buffer;
    if (taken == null || taken.refCnt() > 1) {
      ByteBuf made = allocator.ioBuffer(CAPACITY_BYTES);
      if (tunnels == 0) {
        return made;
      }
      if (taken != null) {
        taken.release();
      }
      buffer = made;
      taken = made;
    }
    return taken.clear().retain();
  }

  /** One channel's reading. */
  private final class Reading extends MaxMessageHandle {
    @Override
    public int guess() {
      return CAPACITY_BYTES;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator allocator) {
      return take(allocator);
    }
  }
}
