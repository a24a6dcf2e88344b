package io.reseal.server.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.reseal.config.Listener;
import io.reseal.config.ProxyConfig;
import io.reseal.config.Upstream;
import java.util.ArrayList;
import java.util.List;

/** What a configuration allows at most of what {@link StateGauges} shows. Thread-safe. */
final class LimitGauges {
  private final MeterRegistry registry;
  private final List<Meter> shown = new ArrayList<>();

  LimitGauges(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Shows the limits of a configuration in place of those before. */
  synchronized void configure(ProxyConfig config) {
    shown.forEach(registry::remove);
    shown.clear();
    for (Listener listener : config.listeners()) {
      show(
          "reseal.downstream.connections.limit",
          "Connections of clients that a listener takes at most.",
          Tags.of("listener", listener.name()),
          listener.maxConnections());
    }
    for (Upstream upstream : config.upstreams()) {
      show(
          "reseal.upstream.connections.limit",
          "Connections that all endpoints of an upstream get at most.",
          Tags.of("upstream", upstream.name()),
          (long) config.limits().upstreamConnections() * upstream.endpoints().size());
    }
  }

  private void show(String name, String help, Tags tags, long limit) {
    shown.add(Gauge.builder(name, () -> limit).description(help).tags(tags).register(registry));
  }
}
