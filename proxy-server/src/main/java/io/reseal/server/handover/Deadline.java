package io.reseal.server.handover;

import java.time.Duration;

/** The moment until which something may take. */
record Deadline(Duration given, long atNanos) {

  static Deadline in(Duration given) {
    return new Deadline(given, System.nanoTime() + given.toNanos());
  }

  /** What is left, in nanoseconds; not less than 0. */
  long leftNanos() {
    return Math.max(0, atNanos - System.nanoTime());
  }
}
