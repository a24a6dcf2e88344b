package io.reseal.server.admin;

import io.reseal.config.HostPort;
import io.reseal.config.ProxyConfig;
import io.reseal.config.Upstream;
import io.reseal.core.failure.Failure;
import io.reseal.core.observe.DataPlaneObserver;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What traffic has shown of each endpoint of a configuration. Written by event loops without locks,
 * read by anyone; bounded by the configuration.
 */
public final class UpstreamBook implements DataPlaneObserver {
  private volatile Map<String, Map<String, Sighting>> byUpstream = Map.of();
  private List<Upstream> upstreams = List.of();

  public UpstreamBook(ProxyConfig config) {
    configure(config);
  }

  /** Takes up another configuration; what is known of endpoints that stay is kept. */
  public synchronized void configure(ProxyConfig config) {
    if (config.upstreams().equals(upstreams)) {
      return;
    }
    upstreams = config.upstreams();
    Map<String, Map<String, Sighting>> next = new HashMap<>();
    for (Upstream upstream : upstreams) {
      Map<String, Sighting> endpoints = new HashMap<>();
      for (HostPort endpoint : upstream.endpoints()) {
        Sighting known = find(upstream.name(), endpoint.toString());
        endpoints.put(endpoint.toString(), known == null ? new Sighting() : known);
      }
      next.put(upstream.name(), endpoints);
    }
    byUpstream = next;
  }

  /** What is known of an endpoint, null for one that is not configured. */
  @Nullable
  Sighting find(String upstream, String endpoint) {
    Map<String, Sighting> endpoints = byUpstream.get(upstream);
    return endpoints == null ? null : endpoints.get(endpoint);
  }

  /** Tells somebody who comes late of the certificate that each endpoint showed last. */
  public void tellCertificates(DataPlaneObserver late) {
    byUpstream.forEach((upstream, endpoints) -> endpoints.forEach((endpoint, sighting) -> {
      X509Certificate leaf = sighting.certificate;
      if (leaf != null) {
        late.upstreamCertificate(upstream, endpoint, leaf);
      }
    }));
  }

  @Override
  public void upstreamConnected(String upstream, String endpoint, long nanos) {
    Sighting sighting = find(upstream, endpoint);
    if (sighting != null) {
      sighting.connected.increment();
      sighting.connectedAtMillis = System.currentTimeMillis();
    }
  }

  @Override
  public void upstreamConnectFailed(String upstream, String endpoint, Failure failure) {
    Sighting sighting = find(upstream, endpoint);
    if (sighting != null) {
      sighting.failed.increment();
      sighting.lastFailure = new Failed(failure, Instant.now());
    }
  }

  @Override
  public void upstreamCertificate(String upstream, String endpoint, X509Certificate leaf) {
    Sighting sighting = find(upstream, endpoint);
    if (sighting != null) {
      sighting.certificate = leaf;
    }
  }

  /** A failure and its time. */
  record Failed(Failure failure, Instant at) {}

  /** What is known of one endpoint. */
  static final class Sighting {
    private final LongAdder connected = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private volatile long connectedAtMillis;
    private volatile @Nullable Failed lastFailure;
    private volatile @Nullable X509Certificate certificate;

    long connected() {
      return connected.sum();
    }

    long failed() {
      return failed.sum();
    }

    /** When a connection was made last, 0 for never. */
    long connectedAtMillis() {
      return connectedAtMillis;
    }

    @Nullable
    Failed lastFailure() {
      return lastFailure;
    }

    /** The certificate shown last, null for none. */
    @Nullable
    X509Certificate certificate() {
      return certificate;
    }
  }
}
