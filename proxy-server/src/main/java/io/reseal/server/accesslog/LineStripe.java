package io.reseal.server.accesslog;

import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The lines of one event loop that wait. The loop makes them itself, while what they tell is in the
 * processor's caches: that costs it less than to hand over the records would. Thread-safe: the
 * writer's thread comes for them seldom, and so the lock is free.
 */
final class LineStripe {
  private static final int SPARE_BATCHES = 8;

  private final LineBuffer buffer;
  private final AccessLines lines;
  private final Backlog backlog;
  private final Runnable wake;
  private final Queue<LineBatch> full = new ArrayDeque<>();

  /** The memory of batches that are dealt with: taken anew it would be cold, and garbage later. */
  private final ArrayDeque<byte[]> spare = new ArrayDeque<>();

  private boolean awaited;

  /** @param wake asks the writer's thread to come soon */
  LineStripe(LineBuffer buffer, AccessLines lines, Backlog backlog, Runnable wake) {
    this.buffer = buffer;
    this.lines = lines;
    this.backlog = backlog;
    this.wake = wake;
  }

  /**
   * Adds the line of an exchange or a tunnel, unless too many wait. Never blocks.
   *
   * @return whether it did
   */
  synchronized boolean add(Object happened) {
    if (!backlog.hasRoom(buffer.lines())) {
      return false;
    }
    int from = buffer.length();
    try {
      lines.write(happened);
    } catch (RuntimeException | Error mistake) {
      buffer.cut(from);
      throw mistake;
    }
    if (buffer.length() >= LineBatch.FULL_BYTES) {
      full.add(seal());
    }
    if (!awaited && backlog.isUrgent(buffer.lines(), buffer.length())) {
      awaited = true;
      wake.run();
    }
    return true;
  }

  private LineBatch seal() {
    LineBatch batch = buffer.take(spare.pollLast());
    backlog.add(batch);
    return batch;
  }

  /** The next batch, full or not; null where nothing waits. The caller gives it back. */
  synchronized @Nullable LineBatch poll() {
    awaited = false;
    LineBatch batch = full.poll();
    if (batch == null && buffer.lines() > 0) {
      batch = seal();
    }
    if (batch == null && spare.size() > 1) {
      // Quiet again: what a rush or a stalled output needed goes, look by look.
      spare.pollFirst();
    }
    return batch;
  }

  /** How many lines are in no batch yet. */
  synchronized int openLines() {
    return buffer.lines();
  }

  /** A batch is dealt with. */
  synchronized void giveBack(LineBatch batch) {
    backlog.remove(batch);
    if (batch.bytes().length <= LineBuffer.FIRST_BYTES && spare.size() < SPARE_BATCHES) {
      spare.addLast(batch.bytes());
    }
  }
}
