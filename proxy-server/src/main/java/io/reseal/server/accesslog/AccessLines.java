package io.reseal.server.accesslog;

import io.reseal.config.AccessLogSettings.Query;
import io.reseal.core.failure.Failure;
import io.reseal.core.failure.FailurePolicy;
import io.reseal.core.failure.TlsVerdict;
import io.reseal.core.observe.ClientFacts;
import io.reseal.core.observe.ConnectTimes;
import io.reseal.core.observe.ExchangeRecord;
import io.reseal.core.observe.ExchangeTrace;
import io.reseal.core.observe.TlsLeg;
import io.reseal.core.observe.TunnelRecord;
import io.reseal.core.observe.UpstreamFacts;
import org.jspecify.annotations.Nullable;

/** The way from what happened to a line. As thread-safe as its buffer. */
final class AccessLines {
  private final LineBuffer line;
  private final Query query;
  private final WallClock clock;

  AccessLines(LineBuffer line, Query query, WallClock clock) {
    this.line = line;
    this.query = query;
    this.clock = clock;
  }

  /** Writes the line of an exchange or of a tunnel. */
  void write(Object happened) {
    switch (happened) {
      case ExchangeRecord exchange -> write(exchange);
      case TunnelRecord tunnel -> write(tunnel);
      default -> throw new IllegalArgumentException("no line for " + happened.getClass());
    }
  }

  private void write(ExchangeRecord exchange) {
    Failure failure = exchange.failure();
    begin(exchange.receivedNanos(), /* kind= */ "", exchange.id());
    trace(exchange.trace());
    client(exchange.client(), exchange.protocol(), exchange.host());
    line.text(AccessField.PROTOCOL, exchange.protocol());
    line.text(AccessField.METHOD, exchange.method());
    line.text(AccessField.HOST, exchange.host());
    if (!(failure instanceof Failure.RequestRejected) || !exchange.host().isEmpty()) {
      // A request that could not be read has no path, only the default of one.
      line.text(AccessField.PATH, exchange.path());
      line.text(AccessField.QUERY, QueryText.of(exchange.query(), query));
    }
    line.text(AccessField.USER_AGENT, exchange.userAgent());
    line.number(AccessField.STATUS, Math.max(0, exchange.status()));
    line.text(AccessField.END, end(exchange));
    failure(failure);
    TlsVerdict suspicion = exchange.suspicion();
    if (suspicion != null) {
      line.text(AccessField.HINT, suspicion.reason().token());
    }
    line.text(AccessField.ROUTE, exchange.route());
    upstream(exchange.upstream(), exchange.connection(), exchange.reused(), !exchange.reused());
    line.flag(AccessField.REPLAYED, exchange.replayed());
    line.number(AccessField.FROM_CLIENT, exchange.requestBytes());
    line.number(AccessField.TO_CLIENT, exchange.responseBytes());
    phase(AccessField.CONNECTED, exchange.receivedNanos(), exchange.connectedNanos());
    phase(AccessField.RESPONDED, exchange.receivedNanos(), exchange.respondedNanos());
    phase(AccessField.TOTAL, exchange.receivedNanos(), exchange.endedNanos());
    line.end();
  }

  private static String end(ExchangeRecord exchange) {
    if (exchange.failure() == null) {
      return "";
    }
    if (exchange.failure() instanceof Failure.ClientGone) {
      return "client_gone";
    }
    return exchange.complete() ? "error" : "broken_off";
  }

  private void write(TunnelRecord tunnel) {
    boolean passthrough = tunnel.isPassthrough();
    begin(tunnel.startedNanos(), passthrough ? "passthrough" : "upgrade", tunnel.id());
    client(tunnel.client(), tunnel.protocol(), tunnel.host());
    if (!passthrough) {
      line.text(AccessField.PROTOCOL, tunnel.protocol());
    }
    line.text(AccessField.HOST, tunnel.host());
    line.text(AccessField.END, tunnel.end());
    failure(tunnel.failure());
    line.text(AccessField.ROUTE, tunnel.route());
    // Of an upgrade the line of its exchange has told how the connection came about.
    upstream(tunnel.upstream(), tunnel.connection(), /* reused= */ false, /* isNew= */ passthrough);
    line.number(AccessField.FROM_CLIENT, tunnel.clientBytes());
    line.number(AccessField.TO_CLIENT, tunnel.upstreamBytes());
    if (passthrough) {
      phase(AccessField.CONNECTED, tunnel.startedNanos(), tunnel.connectedNanos());
    }
    phase(AccessField.TOTAL, tunnel.startedNanos(), tunnel.endedNanos());
    line.end();
  }

  private void begin(long nanos, String kind, String id) {
    line.time(AccessField.TIME, clock.epochMillis(nanos));
    line.text(AccessField.KIND, kind);
    line.text(AccessField.ID, id);
  }

  private void trace(@Nullable ExchangeTrace trace) {
    if (trace != null) {
      line.text(AccessField.TRACE, trace.context().traceId());
      line.text(AccessField.SPAN, trace.context().spanId());
    }
  }

  private void client(ClientFacts client, String protocol, String host) {
    if (!line.again(client)) {
      int from = line.length();
      spell(client);
      line.remember(client, from);
    }
    TlsLeg tls = client.tls();
    if (!tls.version().isEmpty()) {
      // Of HTTP/2, each request of a connection may name another host.
      line.difference(AccessField.CLIENT_ALPN, tls.applicationProtocol(), protocol);
      line.difference(AccessField.CLIENT_SNI, tls.serverName(), host);
    }
    line.endGroup();
  }

  /** Begins the group of the client's fields with those that are the connection's. */
  private void spell(ClientFacts client) {
    line.text(AccessField.LISTENER, client.listener());
    line.beginGroup(AccessField.CLIENT_IP, client.address());
    line.number(AccessField.CLIENT_PORT, client.port());
    TlsLeg tls = client.tls();
    line.text(AccessField.CLIENT_TLS, tls.version());
    line.text(AccessField.CLIENT_CIPHER, tls.cipherSuite());
    line.text(AccessField.CLIENT_GROUP, tls.group());
    line.flag(AccessField.CLIENT_RESUMED, tls.resumed());
    line.text(AccessField.CLIENT_IDENTITY, tls.clientIdentity());
  }

  private void failure(@Nullable Failure failure) {
    if (failure != null) {
      FailurePolicy.Answer answer = FailurePolicy.answer(failure);
      line.text(AccessField.ERROR, answer.token());
      line.text(AccessField.DETAIL, answer.detail());
    }
  }

  private void upstream(String name, UpstreamFacts connection, boolean reused, boolean isNew) {
    if (name.isEmpty()) {
      return;
    }
    line.beginGroup(AccessField.UPSTREAM_NAME, name);
    line.flag(AccessField.UPSTREAM_REUSED, reused);
    if (!line.again(connection)) {
      int from = line.length();
      spell(connection);
      line.remember(connection, from);
    }
    if (isNew) {
      ConnectTimes times = connection.times();
      phase(AccessField.UPSTREAM_CONNECT, times.startedNanos(), times.connectedNanos());
      if (!connection.tls().version().isEmpty()) {
        phase(AccessField.UPSTREAM_HANDSHAKE, times.connectedNanos(), times.readyNanos());
      }
    }
    line.endGroup();
  }

  private void spell(UpstreamFacts connection) {
    line.text(AccessField.UPSTREAM_ENDPOINT, connection.endpoint());
    if (!connection.address().equals(connection.endpoint())) {
      line.text(AccessField.UPSTREAM_ADDRESS, connection.address());
    }
    TlsLeg tls = connection.tls();
    line.text(AccessField.UPSTREAM_TLS, tls.version());
    line.text(AccessField.UPSTREAM_CIPHER, tls.cipherSuite());
    line.text(AccessField.UPSTREAM_GROUP, tls.group());
    line.text(AccessField.UPSTREAM_ALPN, tls.applicationProtocol());
    line.text(AccessField.UPSTREAM_SNI, tls.serverName());
    line.text(AccessField.UPSTREAM_IDENTITY, tls.clientIdentity());
    if (!tls.version().isEmpty()) {
      line.flag(AccessField.UPSTREAM_RESUMED, tls.resumed());
      line.answer(AccessField.UPSTREAM_VERIFIED, connection.verified());
    }
  }

  private void phase(AccessField field, long from, long to) {
    if (to != 0) {
      line.millis(field, to - from);
    }
  }
}
