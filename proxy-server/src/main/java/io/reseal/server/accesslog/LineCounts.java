package io.reseal.server.accesslog;

import java.util.concurrent.atomic.LongAdder;

/** How many lines were written and dropped. Thread-safe. */
public final class LineCounts {
  private final LongAdder written = new LongAdder();
  private final LongAdder notQueued = new LongAdder();
  private final LongAdder lost = new LongAdder();

  LineCounts() {}

  void written(int lines) {
    written.add(lines);
  }

  void notQueued() {
    notQueued.increment();
  }

  void lost(int lines) {
    lost.add(lines);
  }

  /** Lines that the output took. */
  public long written() {
    return written.sum();
  }

  /** Lines that found the queue full. */
  public long droppedByQueue() {
    return notQueued.sum();
  }

  /** Lines that the output did not take. */
  public long droppedByOutput() {
    return lost.sum();
  }
}
