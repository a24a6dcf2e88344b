package io.reseal.server.accesslog;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** How much waits for the output in full batches, of all threads. Thread-safe. */
final class Backlog {
  /** Few lines are longer; those that clients make so must not cost more than the others. */
  private static final long BYTES_PER_LINE = 1 << 10;

  /** The part of the room that may be taken before the writer is asked to come sooner. */
  private static final int EIGHTH = 8;

  private final int mostLines;
  private final long mostBytes;
  private final AtomicInteger lines = new AtomicInteger();
  private final AtomicLong bytes = new AtomicLong();

  /** @param mostLines how many lines may wait, and the bytes of as many lines of 1 KiB */
  Backlog(int mostLines) {
    this.mostLines = mostLines;
    this.mostBytes = mostLines * BYTES_PER_LINE;
  }

  /** Whether one more line may wait where so many are not in a batch yet. */
  boolean hasRoom(int openLines) {
    return lines.get() + openLines < mostLines && bytes.get() < mostBytes;
  }

  /** Whether so much waits that the writer should come, with what is not in a batch yet. */
  boolean isUrgent(int openLines, int openBytes) {
    return lines.get() + openLines > mostLines / EIGHTH
        || bytes.get() + openBytes > mostBytes / EIGHTH;
  }

  void add(LineBatch batch) {
    lines.addAndGet(batch.lines());
    bytes.addAndGet(batch.length());
  }

  void remove(LineBatch batch) {
    lines.addAndGet(-batch.lines());
    bytes.addAndGet(-batch.length());
  }

  int lines() {
    return lines.get();
  }
}
