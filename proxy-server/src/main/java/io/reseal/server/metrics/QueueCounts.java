package io.reseal.server.metrics;

import java.util.concurrent.atomic.LongAdder;

/** What became of what was meant for a bounded queue and the output behind it. Thread-safe. */
public final class QueueCounts {
  private final LongAdder delivered = new LongAdder();
  private final LongAdder notQueued = new LongAdder();
  private final LongAdder lost = new LongAdder();

  public QueueCounts() {}

  /** So many were taken by the output. */
  public void addDelivered(int count) {
    delivered.add(count);
  }

  /** So many found the queue full. */
  public void addNotQueued(int count) {
    notQueued.add(count);
  }

  /** So many were not taken by the output. */
  public void addLost(int count) {
    lost.add(count);
  }

  public long delivered() {
    return delivered.sum();
  }

  public long notQueued() {
    return notQueued.sum();
  }

  public long lost() {
    return lost.sum();
  }
}
