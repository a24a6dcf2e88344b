package io.reseal.server.metrics;

import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A histogram of durations that shows from its first event on, as {@link LazyCounter} does. */
final class LazyTimer {
  private final Supplier<Timer> made;
  private volatile @Nullable Timer timer;

  LazyTimer(Supplier<Timer> made) {
    this.made = made;
  }

  void record(long nanos) {
    Timer known = timer;
    if (known == null) {
      known = made.get();
      timer = known;
    }
    known.record(nanos, TimeUnit.NANOSECONDS);
  }
}
