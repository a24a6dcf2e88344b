package io.reseal.server.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetric;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.reseal.config.ProxyConfig;
import io.reseal.core.DataPlane;
import io.reseal.core.UpstreamStatus;
import io.reseal.core.UpstreamStatus.EndpointStatus;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What is read off the running data plane at each scrape. Thread-safe. */
final class StateGauges {
  private final MeterRegistry registry;
  private final Map<Name, Shown> shown = new HashMap<>();
  private final AtomicInteger draining = new AtomicInteger();
  private final AtomicInteger unverified = new AtomicInteger();
  private @Nullable DataPlane dataPlane;

  StateGauges(MeterRegistry registry) {
    this.registry = registry;
    gauge("reseal.draining", "1 once a drain has begun, else 0.", draining);
    gauge(
        "reseal.upstreams.unverified",
        "Upstreams in use over TLS whose certificate is not verified (skipVerification).",
        unverified);
    buffers();
  }

  private void gauge(String name, String help, AtomicInteger holder) {
    Gauge.builder(name, holder, AtomicInteger::get)
        .description(help)
        .strongReference(true)
        .register(registry);
  }

  private void buffers() {
    if (ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider provider) {
      buffer(provider.metric(), "direct", ByteBufAllocatorMetric::usedDirectMemory);
      buffer(provider.metric(), "heap", ByteBufAllocatorMetric::usedHeapMemory);
    }
  }

  private void buffer(
      ByteBufAllocatorMetric metric, String area, ToDoubleFunction<ByteBufAllocatorMetric> read) {
    Gauge.builder("reseal.buffer.memory", metric, read)
        .description("Memory that the allocator of network buffers holds, in use or pooled.")
        .baseUnit("bytes")
        .tags("area", area)
        .strongReference(true)
        .register(registry);
  }

  synchronized void watch(DataPlane watched) {
    dataPlane = watched;
  }

  /** Takes off what another configuration does not name. */
  synchronized void configure(ProxyConfig config) {
    Set<String> listeners = new HashSet<>();
    config.listeners().forEach(each -> listeners.add(each.name()));
    Set<String> upstreams = new HashSet<>();
    config.upstreams().forEach(each -> upstreams.add(each.name()));
    shown.entrySet().removeIf(entry -> {
      Name name = entry.getKey();
      boolean gone =
          !(name.label().equals("listener") ? listeners : upstreams).contains(name.value());
      if (gone) {
        registry.remove(entry.getValue().gauge());
      }
      return gone;
    });
  }

  /** Reads the state; what is no longer there reads 0. */
  synchronized void refresh() {
    DataPlane watched = dataPlane;
    if (watched == null) {
      return;
    }
    shown.values().forEach(each -> each.holder().set(0));
    watched
        .clientConnections()
        .forEach((listener, open) -> holder(
                "reseal.downstream.connections.open",
                "Connections of clients open now.",
                "listener",
                listener)
            .set(open));
    Set<String> unverifiedNames = new HashSet<>();
    for (UpstreamStatus upstream : watched.upstreams()) {
      for (EndpointStatus endpoint : upstream.endpoints()) {
        open(upstream.name()).addAndGet(endpoint.open());
        idle(upstream.name()).addAndGet(endpoint.idle());
      }
      if (upstream.protection().equals("tls") && !upstream.verified()) {
        unverifiedNames.add(upstream.name());
      }
    }
    unverified.set(unverifiedNames.size());
    draining.set(watched.isDraining() ? 1 : 0);
  }

  private AtomicInteger open(String upstream) {
    return holder(
        "reseal.upstream.connections.open",
        "Connections to upstreams open or opening now.",
        "upstream",
        upstream);
  }

  private AtomicInteger idle(String upstream) {
    return holder(
        "reseal.upstream.connections.idle",
        "Connections to upstreams that wait in a pool for the next request.",
        "upstream",
        upstream);
  }

  private AtomicInteger holder(String name, String help, String label, String value) {
    return shown
        .computeIfAbsent(new Name(name, label, value), ignored -> {
          AtomicInteger holder = new AtomicInteger();
          Gauge gauge = Gauge.builder(name, holder, AtomicInteger::get)
              .description(help)
              .tags(Tags.of(label, value))
              .strongReference(true)
              .register(registry);
          return new Shown(gauge, holder);
        })
        .holder();
  }

  /** A meter of one listener or upstream. */
  private record Name(String meter, String label, String value) {}

  private record Shown(Gauge gauge, AtomicInteger holder) {}
}
