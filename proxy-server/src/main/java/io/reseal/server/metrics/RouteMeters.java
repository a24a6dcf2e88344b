package io.reseal.server.metrics;

import io.reseal.core.observe.ExchangeRecord;
import io.reseal.core.observe.TunnelRecord;

/** The meters of one route on one listener. Thread-safe. */
final class RouteMeters {
  private static final String[] PROTOCOLS = {"http/1.0", "http/1.1", "h2"};
  private static final String[] STATUSES = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};

  /** By protocol and status class. */
  private final LazyCounter[][] requests = new LazyCounter[PROTOCOLS.length][STATUSES.length];

  private final LazyTimer time;
  private final LazyCounter requestBytes;
  private final LazyCounter responseBytes;
  private final CountersByToken passedThrough;
  private final CountersByToken upgraded;
  private final LazyCounter tunnelledFromClient;
  private final LazyCounter tunnelledFromUpstream;

  RouteMeters(Meters meters, String listener, String route) {
    for (int p = 0; p < PROTOCOLS.length; p++) {
      for (int s = 0; s < STATUSES.length; s++) {
        String protocol = PROTOCOLS[p];
        String status = STATUSES[s];
        requests[p][s] = new LazyCounter(() -> meters.requests(listener, route, protocol, status));
      }
    }
    time = new LazyTimer(() -> meters.requestTime(listener, route));
    requestBytes = new LazyCounter(() -> meters.requestBytes(listener, route));
    responseBytes = new LazyCounter(() -> meters.responseBytes(listener, route));
    passedThrough = new CountersByToken(end -> meters.tunnels(listener, route, "passthrough", end));
    upgraded = new CountersByToken(end -> meters.tunnels(listener, route, "upgrade", end));
    tunnelledFromClient = new LazyCounter(() -> meters.tunnelBytes(listener, route, "client"));
    tunnelledFromUpstream = new LazyCounter(() -> meters.tunnelBytes(listener, route, "upstream"));
  }

  void ended(ExchangeRecord exchange) {
    requests[protocol(exchange.protocol())][statusClass(exchange.status())].increment();
    time.record(exchange.nanos());
    if (exchange.requestBytes() > 0) {
      requestBytes.add(exchange.requestBytes());
    }
    if (exchange.responseBytes() > 0) {
      responseBytes.add(exchange.responseBytes());
    }
  }

  private static int protocol(String protocol) {
    for (int i = 0; i < PROTOCOLS.length; i++) {
      if (PROTOCOLS[i].equals(protocol)) {
        return i;
      }
    }
    throw new IllegalArgumentException("protocol: " + protocol);
  }

  private static int statusClass(int status) {
    return status < 100 || status > 599 ? 0 : status / 100;
  }

  void ended(TunnelRecord tunnel) {
    // An upgrade names a protocol of the client's choice, which is no label.
    (tunnel.isPassthrough() ? passedThrough : upgraded).increment(tunnel.end());
  }

  void moved(long clientBytes, long upstreamBytes) {
    tunnelledFromClient.add(clientBytes);
    tunnelledFromUpstream.add(upstreamBytes);
  }
}
