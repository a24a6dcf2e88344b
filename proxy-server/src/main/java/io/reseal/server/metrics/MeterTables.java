package io.reseal.server.metrics;

import io.reseal.config.Listener;
import io.reseal.config.ProxyConfig;
import io.reseal.config.Route;
import io.reseal.config.Upstream;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * The meters of every name of one configuration, so that an event costs one or two lookups and no
 * label ever comes from a peer. Thread-safe. What has no name here, as during a change of the
 * configuration, counts as {@code other}.
 */
final class MeterTables {
  /** The label of what has no name in the configuration. */
  static final String OTHER = "other";

  private final Map<String, ListenerMeters> listeners = new HashMap<>();
  private final ConcurrentHashMap<String, UpstreamMeters> upstreams = new ConcurrentHashMap<>();
  private final Meters meters;
  private final Set<String> upstreamNames;
  private final ListenerMeters otherListener;
  private final UpstreamMeters otherUpstream;

  MeterTables(Meters meters, ProxyConfig config) {
    this.meters = meters;
    Set<String> routes = config.routes().stream().map(Route::name).collect(Collectors.toSet());
    for (Listener listener : config.listeners()) {
      listeners.put(listener.name(), new ListenerMeters(meters, listener.name(), routes));
    }
    upstreamNames = config.upstreams().stream().map(Upstream::name).collect(Collectors.toSet());
    otherListener = new ListenerMeters(meters, OTHER, Set.of());
    otherUpstream = new UpstreamMeters(meters, OTHER);
  }

  ListenerMeters listener(String name) {
    return listeners.getOrDefault(name, otherListener);
  }

  UpstreamMeters upstream(String name) {
    UpstreamMeters known = upstreams.get(name);
    if (known != null) {
      return known;
    }
    return upstreamNames.contains(name)
        ? upstreams.computeIfAbsent(name, upstream -> new UpstreamMeters(meters, upstream))
        : otherUpstream;
  }
}
