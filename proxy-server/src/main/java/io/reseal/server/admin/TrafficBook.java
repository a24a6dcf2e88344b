package io.reseal.server.admin;

import io.reseal.config.ProxyConfig;
import io.reseal.config.Route;
import io.reseal.core.observe.DataPlaneObserver;
import io.reseal.core.observe.ExchangeRecord;
import io.reseal.core.observe.TunnelRecord;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * How much traffic each route of a configuration had. Written by event loops without locks, read by
 * anyone; bounded by the configuration.
 */
public final class TrafficBook implements DataPlaneObserver {
  private final DurationCounts durations = new DurationCounts();
  private final RouteCounts unrouted = new RouteCounts();
  private final RouteCounts gone = new RouteCounts();
  private volatile Map<String, RouteCounts> byRoute = Map.of();

  public TrafficBook(ProxyConfig config) {
    configure(config);
  }

  /** Takes up another configuration; the counts of routes that stay go on. */
  public synchronized void configure(ProxyConfig config) {
    Map<String, RouteCounts> known = byRoute;
    Map<String, RouteCounts> next = new HashMap<>();
    for (Route route : config.routes()) {
      RouteCounts counts = known.get(route.name());
      next.put(route.name(), counts == null ? new RouteCounts() : counts);
    }
    byRoute = next;
    known.forEach((name, counts) -> {
      if (!next.containsKey(name)) {
        gone.add(counts.now());
      }
    });
  }

  @Override
  public void exchangeEnded(ExchangeRecord exchange) {
    counts(exchange.route()).ended(exchange);
    durations.add(exchange.nanos());
  }

  @Override
  public void tunnelEnded(TunnelRecord tunnel) {
    counts(tunnel.route()).ended(tunnel);
  }

  private RouteCounts counts(String route) {
    return byRoute.getOrDefault(route, unrouted);
  }

  /** What was counted so far of each route that had anything. */
  Map<String, Counts> routes() {
    Map<String, Counts> now = new HashMap<>();
    byRoute.forEach((name, counts) -> {
      Counts some = counts.now();
      if (!some.equals(Counts.NONE)) {
        now.put(name, some);
      }
    });
    return now;
  }

  /** What was counted so far outside of the routes that there are. */
  Counts others() {
    return unrouted.now().plus(gone.now());
  }

  /** How long exchanges took. */
  DurationCounts durations() {
    return durations;
  }

  /** The counts of one route. */
  private static final class RouteCounts {
    private static final int CLIENT_ERRORS = 400;
    private static final int SERVER_ERRORS = 500;

    private final LongAdder requests = new LongAdder();
    private final LongAdder clientErrors = new LongAdder();
    private final LongAdder serverErrors = new LongAdder();
    private final LongAdder nanos = new LongAdder();
    private final LongAdder requestBytes = new LongAdder();
    private final LongAdder responseBytes = new LongAdder();
    private final LongAdder tunnels = new LongAdder();

    void ended(ExchangeRecord exchange) {
      requests.increment();
      if (exchange.status() >= SERVER_ERRORS) {
        serverErrors.increment();
      } else if (exchange.status() >= CLIENT_ERRORS) {
        clientErrors.increment();
      }
      nanos.add(exchange.nanos());
      if (exchange.requestBytes() > 0) {
        requestBytes.add(exchange.requestBytes());
      }
      responseBytes.add(exchange.responseBytes());
    }

    void ended(TunnelRecord tunnel) {
      tunnels.increment();
      requestBytes.add(tunnel.clientBytes());
      responseBytes.add(tunnel.upstreamBytes());
    }

    void add(Counts counts) {
      requests.add(counts.requests());
      clientErrors.add(counts.clientErrors());
      serverErrors.add(counts.serverErrors());
      nanos.add(counts.nanos());
      requestBytes.add(counts.requestBytes());
      responseBytes.add(counts.responseBytes());
      tunnels.add(counts.tunnels());
    }

    Counts now() {
      return new Counts(
          requests.sum(),
          clientErrors.sum(),
          serverErrors.sum(),
          nanos.sum(),
          requestBytes.sum(),
          responseBytes.sum(),
          tunnels.sum());
    }
  }
}
