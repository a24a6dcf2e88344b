package io.reseal.server.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Arrays;

/**
 * Every counter and histogram of traffic, with its name, unit and help. Names follow Prometheus:
 * the registry adds {@code _total} and the unit.
 */
final class Meters {
  private static final Duration[] REQUEST_BUCKETS = micros(
      1_000,
      2_500,
      5_000,
      10_000,
      25_000,
      50_000,
      100_000,
      250_000,
      500_000,
      1_000_000,
      2_500_000,
      5_000_000,
      10_000_000,
      30_000_000);
  private static final Duration[] CONNECT_BUCKETS = micros(
      500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000, 5_000_000);
  private static final Duration[] LAG_BUCKETS =
      micros(100, 500, 1_000, 5_000, 10_000, 25_000, 50_000, 100_000, 500_000, 1_000_000);

  private final MeterRegistry registry;

  Meters(MeterRegistry registry) {
    this.registry = registry;
  }

  private static Duration[] micros(long... micros) {
    return Arrays.stream(micros)
        .mapToObj(each -> Duration.ofNanos(each * 1_000))
        .toArray(Duration[]::new);
  }

  // ---- the clients' side

  Counter connections(String listener) {
    return counter(
        "reseal.downstream.connections",
        "Connections of clients that were admitted.",
        Tags.of("listener", listener));
  }

  Counter refusedConnections(String listener, String reason) {
    return counter(
        "reseal.downstream.connections.refused",
        "Connections of clients that ended before a request, by reason: limits, broken hellos,"
            + " unknown server names, failed TLS handshakes.",
        Tags.of("listener", listener, "reason", reason));
  }

  Counter clientHandshakes(String listener, String version, boolean resumed) {
    return counter(
        "reseal.downstream.tls.handshakes",
        "TLS handshakes with clients that succeeded.",
        Tags.of("listener", listener, "version", version, "resumed", Boolean.toString(resumed)));
  }

  Timer clientHandshakeTime(String listener) {
    return timer(
        "reseal.downstream.tls.handshake.duration",
        "Time from a client's ClientHello to the end of the handshake.",
        Tags.of("listener", listener),
        CONNECT_BUCKETS);
  }

  Counter requests(String listener, String route, String protocol, String status) {
    return counter(
        "reseal.requests",
        "Requests that ended, by the class of the status that the client got.",
        Tags.of("listener", listener, "route", route, "protocol", protocol, "status", status));
  }

  Timer requestTime(String listener, String route) {
    return timer(
        "reseal.request.duration",
        "Time from a request's head to the end of its response.",
        Tags.of("listener", listener, "route", route),
        REQUEST_BUCKETS);
  }

  Counter requestBytes(String listener, String route) {
    return bytes(
        "reseal.request.body",
        "Body bytes taken from clients.",
        Tags.of("listener", listener, "route", route));
  }

  Counter responseBytes(String listener, String route) {
    return bytes(
        "reseal.response.body",
        "Body bytes given to clients.",
        Tags.of("listener", listener, "route", route));
  }

  Counter tunnels(String listener, String route, String kind, String end) {
    return counter(
        "reseal.tunnels",
        "Passed-through and upgraded connections that ended, by how.",
        Tags.of("listener", listener, "route", route, "kind", kind, "end", end));
  }

  Counter tunnelBytes(String listener, String route, String from) {
    return bytes(
        "reseal.tunnel",
        "Bytes of passed-through and upgraded connections, counted every few seconds.",
        Tags.of("listener", listener, "route", route, "from", from));
  }

  Counter failures(String error) {
    return counter(
        "reseal.failures",
        "Failed requests and connections, by the reason that the log gives too.",
        Tags.of("error", error));
  }

  Counter limitsHit(String limit) {
    return counter(
        "reseal.limits.hit",
        "How often a limit of the configuration kept something from happening.",
        Tags.of("limit", limit));
  }

  // ---- the upstreams' side

  Counter upstreamConnections(String upstream, String connection) {
    return counter(
        "reseal.upstream.connections.used",
        "Connections to upstreams put to use: new ones, and pooled ones used again.",
        Tags.of("upstream", upstream, "connection", connection));
  }

  Timer connectTime(String upstream) {
    return timer(
        "reseal.upstream.connect.duration",
        "Time to make a connection to an upstream: name, TCP and TLS.",
        Tags.of("upstream", upstream),
        CONNECT_BUCKETS);
  }

  Counter connectFailures(String upstream, String fault) {
    return counter(
        "reseal.upstream.connect.failures",
        "Tries to connect to an endpoint that failed before TLS, by fault.",
        Tags.of("upstream", upstream, "fault", fault));
  }

  Counter verdicts(String upstream, String reason) {
    return counter(
        "reseal.upstream.tls.verdicts",
        "TLS handshakes with upstreams that failed, by verdict.",
        Tags.of("upstream", upstream, "reason", reason));
  }

  Counter upstreamHandshakes(String upstream, String version, boolean resumed) {
    return counter(
        "reseal.upstream.tls.handshakes",
        "TLS handshakes with upstreams that succeeded.",
        Tags.of("upstream", upstream, "version", version, "resumed", Boolean.toString(resumed)));
  }

  Timer upstreamHandshakeTime(String upstream) {
    return timer(
        "reseal.upstream.tls.handshake.duration",
        "Time of a TLS handshake with an upstream.",
        Tags.of("upstream", upstream),
        CONNECT_BUCKETS);
  }

  Counter retries(String upstream, String reason) {
    return counter(
        "reseal.upstream.retries",
        "Work tried again: at another endpoint, or because a pooled connection was dead.",
        Tags.of("upstream", upstream, "reason", reason));
  }

  // ---- the process

  Timer loopLag(int loop) {
    return timer(
        "reseal.event.loop.lag",
        "How late an event loop does what is due, asked four times a second.",
        Tags.of("loop", Integer.toString(loop)),
        LAG_BUCKETS);
  }

  private Counter counter(String name, String help, Tags tags) {
    return Counter.builder(name).description(help).tags(tags).register(registry);
  }

  private Counter bytes(String name, String help, Tags tags) {
    return Counter.builder(name).description(help).baseUnit("bytes").tags(tags).register(registry);
  }

  private Timer timer(String name, String help, Tags tags, Duration[] buckets) {
    return Timer.builder(name)
        .description(help)
        .tags(tags)
        .serviceLevelObjectives(buckets)
        .register(registry);
  }
}
