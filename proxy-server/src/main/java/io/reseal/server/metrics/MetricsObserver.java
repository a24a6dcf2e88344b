package io.reseal.server.metrics;

import io.reseal.config.ProxyConfig;
import io.reseal.core.failure.Failure;
import io.reseal.core.failure.FailurePolicy;
import io.reseal.core.failure.Refusal;
import io.reseal.core.observe.DataPlaneObserver;
import io.reseal.core.observe.ExchangeRecord;
import io.reseal.core.observe.TunnelRecord;
import java.security.cert.X509Certificate;
import java.util.Map;

/** The way from events to meters. Called on every event loop; takes no lock for a known meter. */
final class MetricsObserver implements DataPlaneObserver {

  /** Reasons of refusals and failures that are limits of the configuration. */
  private static final Map<String, String> LIMITS = Map.of(
      "listener_full", "maxConnections",
      "source_full", "maxConnectionsPerSource",
      "client_hello_too_large", "limits.clientHelloBytes",
      "target-too-long", "limits.requestTargetBytes",
      "head-too-large", "limits.requestHeadBytes",
      "too-many-fields", "limits.requestFields",
      "body-too-large", "limits.requestBodyBytes",
      "head_too_large", "limits.responseHeadBytes",
      "too_many_fields", "limits.responseFields");

  private final Meters meters;
  private final CertificateGauges certificates;
  private final CountersByToken failures;
  private final CountersByToken limits;
  private final LazyTimer[] lags;
  private volatile MeterTables tables;

  MetricsObserver(Meters meters, CertificateGauges certificates, ProxyConfig config) {
    this.meters = meters;
    this.certificates = certificates;
    this.failures = new CountersByToken(meters::failures);
    this.limits = new CountersByToken(meters::limitsHit);
    this.tables = new MeterTables(meters, config);
    this.lags = new LazyTimer[loops(config)];
    for (int i = 0; i < lags.length; i++) {
      int loop = i;
      lags[i] = new LazyTimer(() -> meters.loopLag(loop));
    }
  }

  private static int loops(ProxyConfig config) {
    int asked = config.runtime().eventLoops();
    return asked > 0 ? asked : Runtime.getRuntime().availableProcessors();
  }

  /** Takes up another configuration's names; counts go on where names stay. */
  void configure(ProxyConfig config) {
    tables = new MeterTables(meters, config);
  }

  @Override
  public void connectionAccepted(String listener) {
    tables.listener(listener).accepted();
  }

  @Override
  public void connectionRefused(String listener, String peer, Refusal refusal) {
    tables.listener(listener).refused(refusal.token());
    limit(refusal.token());
  }

  @Override
  public void clientHandshake(String listener, String version, boolean resumed, long nanos) {
    tables.listener(listener).shookHands(version, resumed, nanos);
  }

  @Override
  public void exchangeEnded(ExchangeRecord exchange) {
    tables.listener(exchange.client().listener()).route(exchange.route()).ended(exchange);
  }

  @Override
  public void tunnelEnded(TunnelRecord tunnel) {
    tables.listener(tunnel.client().listener()).route(tunnel.route()).ended(tunnel);
  }

  @Override
  public void tunnelMoved(
      String listener, String route, boolean passthrough, long clientBytes, long upstreamBytes) {
    tables.listener(listener).route(route).moved(clientBytes, upstreamBytes);
  }

  @Override
  public void failed(Failure failure, String errorId, String route, String request) {
    String token = FailurePolicy.token(failure);
    failures.increment(token);
    limit(token);
  }

  private void limit(String reason) {
    String name = LIMITS.get(reason);
    if (name != null) {
      limits.increment(name);
    }
  }

  @Override
  public void upstreamReused(String upstream) {
    tables.upstream(upstream).reused();
  }

  @Override
  public void upstreamConnected(String upstream, String endpoint, long nanos) {
    tables.upstream(upstream).connected(nanos);
  }

  @Override
  public void upstreamConnectFailed(String upstream, String endpoint, Failure failure) {
    tables.upstream(upstream).connectFailed(failure);
  }

  @Override
  public void upstreamHandshake(String upstream, String version, boolean resumed, long nanos) {
    tables.upstream(upstream).shookHands(version, resumed, nanos);
  }

  @Override
  public void upstreamCertificate(String upstream, String endpoint, X509Certificate leaf) {
    certificates.seen(upstream, endpoint, leaf);
  }

  @Override
  public void upstreamRetried(String upstream, Retry why) {
    tables.upstream(upstream).retried(why);
  }

  @Override
  public void limitReached(String limit) {
    limits.increment(limit);
  }

  @Override
  public void loopLag(int loop, long nanos) {
    if (loop < lags.length) {
      lags[loop].record(nanos);
    }
  }
}
