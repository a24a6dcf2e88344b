package io.reseal.server.metrics;

import io.micrometer.core.instrument.Counter;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * Counters that differ in one label, whose values are tokens of a closed set in the code. Should a
 * token ever not be, the bound holds: what comes after {@value #MOST} others counts as {@code
 * other}. Thread-safe; a known token costs one lookup.
 */
final class CountersByToken {
  private static final int MOST = 100;
  private static final String OTHER = "other";

  private final ConcurrentHashMap<String, Counter> counters = new ConcurrentHashMap<>();
  private final Function<String, Counter> made;

  CountersByToken(Function<String, Counter> made) {
    this.made = made;
  }

  void increment(String token) {
    Counter counter = counters.get(token);
    if (counter == null) {
      String label = counters.size() < MOST ? token : OTHER;
      counter = counters.computeIfAbsent(label, made);
    }
    counter.increment();
  }
}
