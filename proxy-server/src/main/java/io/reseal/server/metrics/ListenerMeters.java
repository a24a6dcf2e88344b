package io.reseal.server.metrics;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The meters of one listener. Those of a route are made at its first request. Thread-safe; a known
 * route costs one lookup.
 */
final class ListenerMeters {
  /** The label of what no route is for. */
  private static final String NO_ROUTE = "-";

  private final LazyCounter accepted;
  private final CountersByToken refused;
  private final CountersByToken fullHandshakes;
  private final CountersByToken resumedHandshakes;
  private final LazyTimer handshakeTime;
  private final Meters meters;
  private final String listener;
  private final Set<String> routeNames;
  private final ConcurrentHashMap<String, RouteMeters> routes = new ConcurrentHashMap<>();
  private final RouteMeters noRoute;

  ListenerMeters(Meters meters, String listener, Set<String> routeNames) {
    this.meters = meters;
    this.listener = listener;
    this.routeNames = routeNames;
    accepted = new LazyCounter(() -> meters.connections(listener));
    refused = new CountersByToken(reason -> meters.refusedConnections(listener, reason));
    fullHandshakes =
        new CountersByToken(version -> meters.clientHandshakes(listener, version, false));
    resumedHandshakes =
        new CountersByToken(version -> meters.clientHandshakes(listener, version, true));
    handshakeTime = new LazyTimer(() -> meters.clientHandshakeTime(listener));
    noRoute = new RouteMeters(meters, listener, NO_ROUTE);
  }

  RouteMeters route(String name) {
    RouteMeters known = routes.get(name);
    if (known != null) {
      return known;
    }
    return routeNames.contains(name)
        ? routes.computeIfAbsent(name, route -> new RouteMeters(meters, listener, route))
        : noRoute;
  }

  void accepted() {
    accepted.increment();
  }

  void refused(String reason) {
    refused.increment(reason);
  }

  void shookHands(String version, boolean resumed, long nanos) {
    (resumed ? resumedHandshakes : fullHandshakes).increment(version);
    handshakeTime.record(nanos);
  }
}
