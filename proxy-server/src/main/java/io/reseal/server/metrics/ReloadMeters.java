package io.reseal.server.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.reseal.server.admin.Reload;
import io.reseal.server.admin.Reload.Outcome;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** What is measured of readings of the configuration. Thread-safe. */
final class ReloadMeters {
  private final Map<Outcome, Counter> byOutcome = new EnumMap<>(Outcome.class);
  private final AtomicLong successful = new AtomicLong(1);
  private final AtomicLong revision = new AtomicLong(1);
  private final AtomicLong appliedSeconds = new AtomicLong(Instant.now().getEpochSecond());

  ReloadMeters(MeterRegistry registry) {
    for (Outcome outcome : new Outcome[] {Outcome.APPLIED, Outcome.UNCHANGED, Outcome.REFUSED}) {
      byOutcome.put(
          outcome,
          Counter.builder("reseal.config.reloads")
              .description("Readings of the configuration after the start, by their outcome.")
              .tags(Tags.of("outcome", outcome.word()))
              .register(registry));
    }
    gauge(
        registry,
        "reseal.config.last.reload.successful",
        "1 if the latest reading of the configuration was not refused, else 0.",
        "",
        successful);
    gauge(
        registry,
        "reseal.config.revision",
        "The revision that serves: 1 at the start, one more with each change.",
        "",
        revision);
    gauge(
        registry,
        "reseal.config.applied.timestamp",
        "When the configuration that serves was taken up, in seconds since 1970.",
        "seconds",
        appliedSeconds);
  }

  private static void gauge(
      MeterRegistry registry, String name, String help, String unit, AtomicLong holder) {
    Gauge.Builder<AtomicLong> gauge =
        Gauge.builder(name, holder, AtomicLong::get).description(help).strongReference(true);
    (unit.isEmpty() ? gauge : gauge.baseUnit(unit)).register(registry);
  }

  void noted(Reload reload) {
    Counter counter = byOutcome.get(reload.outcome());
    if (counter != null) {
      counter.increment();
    }
    successful.set(reload.outcome() == Outcome.REFUSED ? 0 : 1);
    revision.set(reload.revision());
    if (reload.outcome() == Outcome.APPLIED) {
      appliedSeconds.set(reload.at().getEpochSecond());
    }
  }
}
