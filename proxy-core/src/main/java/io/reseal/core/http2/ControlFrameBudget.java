package io.reseal.core.http2;

import java.util.concurrent.TimeUnit;

/**
 * A bound on frames that cost us work and the client nothing: PING, SETTINGS, PRIORITY and unknown
 * ones (CVE-2019-9512, CVE-2019-9515). Each window allows a base number, and more in proportion to
 * useful work, because some clients probe with a PING for each piece of data that they receive.
 *
 * <p>Confined to one event loop.
 */
final class ControlFrameBudget {
  private static final int FRAMES_PER_WINDOW = 200;
  private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(10);

  private long windowStart = System.nanoTime();
  private long left = FRAMES_PER_WINDOW;

  /** Counts a request or a piece of data, which pays for control frames around it. */
  void earn() {
    left++;
  }

  /** Counts a control frame; false when there have been too many. */
  boolean spend() {
    left--;
    if (left >= 0) {
      return true;
    }
    long now = System.nanoTime();
    if (now - windowStart < WINDOW_NANOS) {
      return false;
    }
    windowStart = now;
    left = FRAMES_PER_WINDOW - 1;
    return true;
  }
}
