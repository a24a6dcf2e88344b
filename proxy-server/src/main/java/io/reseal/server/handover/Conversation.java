package io.reseal.server.handover;

import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.DomainSocketReadMode;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.PeerCredentials;
import io.netty.handler.codec.LineBasedFrameDecoder;
import io.netty.handler.codec.string.StringDecoder;
import io.netty.handler.codec.string.StringEncoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lines and descriptors between two processes, over a Unix domain socket. Every call blocks for a
 * bounded time. Nothing is read before it is asked for, so a peer can make this hold no more than one
 * read.
 *
 * <p>Lines and descriptors never follow each other unasked: a descriptor travels with a byte, and
 * who reads that byte as text loses the descriptor.
 *
 * <p>Used by one thread; {@link #say} and {@link #close} by any.
 */
final class Conversation implements AutoCloseable {
  /** A line that says no; what follows is the reason. */
  private static final String NO = "no ";

  private static final Logger LOG = LoggerFactory.getLogger(Conversation.class);
  private static final int MOST_LINE_BYTES = 1_024;
  private static final Duration WRITING = Duration.ofSeconds(5);
  private static final Object END = new Object();

  private final EpollDomainSocketChannel channel;
  private final BlockingQueue<Object> received = new LinkedBlockingQueue<>();
  private volatile boolean closed;

  /** Takes over a channel that has no handlers and does not read by itself. */
  Conversation(EpollDomainSocketChannel channel) {
    this.channel = channel;
    channel
        .pipeline()
        .addLast(
            // Descriptors pass the three untouched; the reader comes last, because it consumes.
            new LineBasedFrameDecoder(MOST_LINE_BYTES),
            new StringDecoder(StandardCharsets.UTF_8),
            new StringEncoder(StandardCharsets.UTF_8),
            new Reader());
  }

  /** Who is at the other end, as the kernel knows. */
  PeerCredentials peer() throws IOException {
    return channel.peerCredentials();
  }

  /**
   * The next line.
   *
   * @throws RefusedException if it says no
   * @throws EndedException if none comes
   */
  String line(Deadline deadline) throws IOException {
    if (!(next(deadline) instanceof String line)) {
      throw new RefusedException("expected a line, found a descriptor");
    }
    if (line.startsWith(NO)) {
      throw new RefusedException(line.substring(NO.length()));
    }
    return line;
  }

  /** Lets descriptors come instead of lines; said to the peer after this. */
  void expectDescriptors() {
    channel.config().setReadMode(DomainSocketReadMode.FILE_DESCRIPTORS);
  }

  /** Lets lines come again. */
  void expectLines() {
    channel.config().setReadMode(DomainSocketReadMode.BYTES);
  }

  /** The next descriptor, which is the caller's. */
  int descriptor(Deadline deadline) throws IOException {
    if (next(deadline) instanceof FileDescriptor descriptor) {
      return descriptor.intValue();
    }
    throw new RefusedException("expected a descriptor, found a line");
  }

  private Object next(Deadline deadline) throws IOException {
    Object next = received.poll();
    if (next == null) {
      channel.read();
      try {
        next = received.poll(deadline.leftNanos(), TimeUnit.NANOSECONDS);
      } catch (InterruptedException asked) {
        Thread.currentThread().interrupt();
        throw new EndedException("interrupted");
      }
    }
    if (next == null) {
      throw new EndedException("no answer within " + deadline.given().toSeconds() + " s");
    }
    if (next == END) {
      received.add(END);
      throw new EndedException("the connection ended");
    }
    return next;
  }

  /** Writes a line. */
  void say(String line) throws IOException {
    await(channel.writeAndFlush(line + "\n"));
  }

  /** Writes a line that says no, if anybody is there to hear it. */
  void refuse(String reason) {
    try {
      say(NO + reason);
    } catch (IOException gone) {
      LOG.debug("nobody hears: {}", reason, gone);
    }
  }

  /** Gives the peer a descriptor; this process keeps its own. */
  void send(int descriptor) throws IOException {
    await(channel.writeAndFlush(new FileDescriptor(descriptor)));
  }

  private static void await(ChannelFuture writing) throws IOException {
    if (!writing.awaitUninterruptibly(WRITING.toMillis())) {
      throw new EndedException(
          "what was written was not read within " + WRITING.toSeconds() + " s");
    }
    if (!writing.isSuccess()) {
      throw new EndedException("the connection ended (" + writing.cause().getMessage() + ")");
    }
  }

  @Override
  public void close() {
    closed = true;
    channel.close().awaitUninterruptibly();
    closeUnread();
  }

  private void closeUnread() {
    for (Object each = received.poll(); each != null; each = received.poll()) {
      if (each instanceof FileDescriptor descriptor) {
        try {
          descriptor.close();
        } catch (IOException failed) {
          LOG.debug("descriptor {} cannot be closed", descriptor.intValue(), failed);
        }
      }
    }
  }

  private final class Reader extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      received.add(message);
      if (closed) {
        closeUnread();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      received.add(END);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      LOG.debug("a handover's connection failed", cause);
      ctx.close();
    }
  }
}
