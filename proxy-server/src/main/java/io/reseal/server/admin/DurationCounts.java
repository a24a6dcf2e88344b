package io.reseal.server.admin;

import java.util.concurrent.atomic.LongAdder;

/**
 * How many durations fell into each of a row of buckets, two to each power of two microseconds, so
 * that a quantile is right to a third. Thread-safe, without locks.
 */
final class DurationCounts {
  /** Up to about a day. */
  private static final int BUCKETS = 74;

  private static final long NANOS_PER_MICRO = 1_000;
  private static final double MICROS_PER_MILLI = 1_000;

  private final LongAdder[] buckets = new LongAdder[BUCKETS];

  DurationCounts() {
    for (int i = 0; i < BUCKETS; i++) {
      buckets[i] = new LongAdder();
    }
  }

  void add(long nanos) {
    buckets[bucket(nanos / NANOS_PER_MICRO)].increment();
  }

  private static int bucket(long micros) {
    if (micros < 2) {
      return 0;
    }
    int log = Long.SIZE - 1 - Long.numberOfLeadingZeros(micros);
    int half = (int) (micros >> (log - 1)) & 1;
    return Math.min(2 * log + half, BUCKETS - 1);
  }

  /** The counts of all buckets so far. */
  long[] counts() {
    long[] counts = new long[BUCKETS];
    for (int i = 0; i < BUCKETS; i++) {
      counts[i] = buckets[i].sum();
    }
    return counts;
  }

  /**
   * The duration in milliseconds that this part of those counted between two times was below; NaN
   * where none was.
   *
   * @param part from 0 to 1
   */
  static double quantileMillis(long[] before, long[] now, double part) {
    long all = 0;
    for (int i = 0; i < BUCKETS; i++) {
      all += now[i] - before[i];
    }
    if (all <= 0) {
      return Double.NaN;
    }
    double wanted = part * all;
    double seen = 0;
    for (int i = 0; i < BUCKETS; i++) {
      long here = now[i] - before[i];
      if (here > 0 && seen + here >= wanted) {
        double within = (wanted - seen) / here;
        return (lower(i) + within * (lower(i + 1) - lower(i))) / MICROS_PER_MILLI;
      }
      seen += here;
    }
    return lower(BUCKETS) / MICROS_PER_MILLI;
  }

  private static double lower(int bucket) {
    return bucket == 0 ? 0 : (1L << (bucket / 2)) * (bucket % 2 == 0 ? 1 : 1.5);
  }
}
