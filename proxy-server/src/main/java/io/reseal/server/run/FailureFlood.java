package io.reseal.server.run;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.event.Level;

/**
 * The bound on lines about failures: of each kind the first {@value #FIRST} of a window get lines,
 * and at its end one line tells how many more there were. None is told twice, none is left out of
 * the count. Thread-safe; event loops take no lock for a known kind.
 */
final class FailureFlood implements AutoCloseable {
  static final int FIRST = 10;
  static final Duration WINDOW = Duration.ofSeconds(10);

  /** Kinds come from the configuration and closed sets; should they not, the bound holds. */
  private static final int MOST_KINDS = 10_000;

  private final ConcurrentHashMap<Kind, AtomicInteger> counts = new ConcurrentHashMap<>();
  private final AtomicBoolean armed = new AtomicBoolean();
  private final Consumer<More> told;
  private final Duration window;
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
      Thread.ofPlatform().daemon().name("reseal-failures").factory());

  /** @param told takes what was not told one by one */
  FailureFlood(Consumer<More> told, Duration window) {
    this.told = told;
    this.window = window;
  }

  /** Whether a failure of this kind gets a line of its own; if not, it is counted. */
  boolean mayTell(String token, String place, String upstream, Level level) {
    Kind kind = new Kind(token, place, upstream, level);
    AtomicInteger count = counts.get(kind);
    if (count == null) {
      Kind counted = counts.size() < MOST_KINDS ? kind : new Kind("other", "", "", level);
      count = counts.computeIfAbsent(counted, ignored -> new AtomicInteger());
    }
    // Counted before the window is armed, so that the end of this window sees it.
    boolean first = count.incrementAndGet() <= FIRST;
    if (armed.compareAndSet(false, true)) {
      arm();
    }
    return first;
  }

  private void arm() {
    try {
      clock.schedule(this::endWindow, window.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException closed) {
      // The last window ends with the process.
    }
  }

  private void endWindow() {
    // Disarmed first: what is counted from here on arms the next window.
    armed.set(false);
    tellMore();
  }

  private void tellMore() {
    counts.forEach((kind, count) -> {
      int more = count.getAndSet(0) - FIRST;
      if (more > 0) {
        told.accept(
            new More(kind.token(), kind.place(), kind.upstream(), kind.level(), more, window));
      }
    });
  }

  @Override
  public void close() {
    clock.shutdownNow();
    tellMore();
  }

  /** What counts as the same failure. */
  private record Kind(String token, String place, String upstream, Level level) {}

  /**
   * Failures of a kind that got no lines of their own.
   *
   * @param place the route's name, or the listener's
   */
  record More(
      String token, String place, String upstream, Level level, int count, Duration window) {}
}
