package io.reseal.server.admin;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The traffic of the last minutes, read off the book of traffic every few seconds. Thread-safe;
 * closing ends the reading.
 */
public final class TrafficHistory implements AutoCloseable {
  static final Duration STEP = Duration.ofSeconds(5);
  static final int STEPS = 60;

  /** Steps of the window that rates are of. */
  static final int WINDOW = 12;

  private final TrafficBook book;
  private final List<Sample> samples = new ArrayList<>();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "reseal-traffic");
        thread.setDaemon(true);
        return thread;
      });

  TrafficHistory(TrafficBook book, long nanoTime) {
    this.book = book;
    samples.add(read(nanoTime));
  }

  /** Begins to read. */
  public static TrafficHistory start(TrafficBook book) {
    TrafficHistory history = new TrafficHistory(book, System.nanoTime());
    history.clock.scheduleAtFixedRate(
        () -> history.step(System.nanoTime()),
        STEP.toNanos(),
        STEP.toNanos(),
        TimeUnit.NANOSECONDS);
    return history;
  }

  /** Reads the book once more. */
  synchronized void step(long nanoTime) {
    samples.add(read(nanoTime));
    if (samples.size() > STEPS + 1) {
      samples.removeFirst();
    }
    // What is older than the window is asked for its sum alone.
    int older = samples.size() - WINDOW - 2;
    if (older >= 0) {
      samples.set(older, samples.get(older).withoutRoutes());
    }
  }

  private Sample read(long nanoTime) {
    Map<String, Counts> routes = book.routes();
    Counts all = book.others();
    for (Counts counts : routes.values()) {
      all = all.plus(counts);
    }
    return new Sample(nanoTime, all, routes, book.durations().counts());
  }

  /** The traffic as of now. */
  Traffic now() {
    return now(System.nanoTime());
  }

  synchronized Traffic now(long nanoTime) {
    List<Sample> steps = new ArrayList<>(samples);
    Sample start = steps.get(Math.max(0, steps.size() - WINDOW));
    return new Traffic(start, read(nanoTime), steps);
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }

  /** What was in the book at one time. */
  record Sample(long nanoTime, Counts all, Map<String, Counts> routes, long[] durations) {
    Sample withoutRoutes() {
      return new Sample(nanoTime, all, Map.of(), durations);
    }
  }

  /**
   * The traffic of a window that ends now.
   *
   * @param start at its beginning, at most {@link #WINDOW} steps ago
   * @param now at its end
   * @param steps the samples of the last minutes, oldest first
   */
  record Traffic(Sample start, Sample now, List<Sample> steps) {
    private static final double NANOS_PER_SECOND = 1e9;

    /** The length of the window; a second is the least that rates are told of. */
    double seconds() {
      return Math.max(1, (now.nanoTime - start.nanoTime) / NANOS_PER_SECOND);
    }

    /** What was counted in the window. */
    Counts recent() {
      return now.all.minus(start.all);
    }

    /** What was counted of a route since counting began. */
    Counts total(String route) {
      return Objects.requireNonNullElse(now.routes.get(route), Counts.NONE);
    }

    /** What was counted of a route in the window. */
    Counts recent(String route) {
      Counts total = total(route);
      Counts before = Objects.requireNonNullElse(start.routes.get(route), Counts.NONE);
      // A route that was away for a while began anew.
      return total.requests() < before.requests() ? total : total.minus(before);
    }

    double quantileMillis(double part) {
      return DurationCounts.quantileMillis(start.durations, now.durations, part);
    }
  }
}
