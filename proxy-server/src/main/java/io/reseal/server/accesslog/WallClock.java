package io.reseal.server.accesslog;

/** What moments of {@link System#nanoTime} are on the clock on the wall. Thread-safe. */
final class WallClock {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private volatile long epochMinusNanos;

  WallClock() {
    synchronize();
  }

  /** Takes the relation of both clocks anew: the one on the wall may be set at any time. */
  void synchronize() {
    epochMinusNanos = System.currentTimeMillis() * NANOS_PER_MILLI - System.nanoTime();
  }

  long epochMillis(long nanos) {
    return Math.floorDiv(nanos + epochMinusNanos, NANOS_PER_MILLI);
  }
}
