package io.reseal.server.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.reseal.config.ClientAuth;
import io.reseal.config.KeyPairMaterial;
import io.reseal.config.ProxyConfig;
import io.reseal.config.RevocationList;
import io.reseal.config.ServerIdentity;
import io.reseal.config.TrustAnchors;
import io.reseal.config.Upstream;
import io.reseal.core.tls.CertificateText;
import java.security.cert.X509Certificate;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * When certificates end: those of the configuration, one gauge each, and of each endpoint the one it
 * showed last. Thread-safe. Only certificates of the configuration are told apart by fingerprint; an
 * endpoint may show as many as it likes and stays one gauge.
 */
final class CertificateGauges {
  private static final int LABEL_CHARS = 16;

  private final MeterRegistry registry;
  private Map<Key, Meter> configured = Map.of();
  private List<ServerIdentity> identities = List.of();
  private List<Upstream> upstreams = List.of();
  private TrustAnchors collector = new TrustAnchors.SystemStore();
  private final EndpointCertificateGauges endpoints;

  CertificateGauges(MeterRegistry registry) {
    this.registry = registry;
    this.endpoints = new EndpointCertificateGauges(registry);
  }

  /** Shows the certificates of a configuration in place of those before. */
  synchronized void configure(ProxyConfig config) {
    if (config.identities().equals(identities)
        && config.upstreams().equals(upstreams)
        && config.tracing().destinationCA().equals(collector)) {
      return;
    }
    identities = config.identities();
    upstreams = config.upstreams();
    collector = config.tracing().destinationCA();
    endpoints.configure(upstreams);
    // Gauges are costly to make, and most certificates stay.
    Configuration next = new Configuration(configured);
    for (ServerIdentity identity : identities) {
      for (KeyPairMaterial keyPair : identity.keyPairs()) {
        next.show("identity", identity.name(), keyPair.leaf());
      }
      if (identity.clientAuth() instanceof ClientAuth.Asked asked) {
        asked.authorities().forEach(each -> next.show("client_ca", identity.name(), each));
        asked.revocationLists().forEach(each -> next.show("client_crl", identity.name(), each));
      }
    }
    for (Upstream upstream : upstreams) {
      if (upstream.tls().trustAnchors() instanceof TrustAnchors.DestinationCa ca) {
        ca.certificates().forEach(each -> next.show("destination_ca", upstream.name(), each));
      }
      for (KeyPairMaterial shown : upstream.tls().clientIdentity().keyPairs()) {
        next.show("client_identity", upstream.name(), shown.leaf());
      }
      upstream
          .tls()
          .revocationLists()
          .forEach(each -> next.show("upstream_crl", upstream.name(), each));
    }
    if (collector instanceof TrustAnchors.DestinationCa ca) {
      ca.certificates().forEach(each -> next.show("collector_ca", "tracing", each));
    }
    next.takeTheRestOff();
    configured = next.gauges;
  }

  /** An endpoint showed a certificate; one that the configuration does not name gets no gauge. */
  void seen(String upstream, String endpoint, X509Certificate leaf) {
    endpoints.seen(upstream, endpoint, seconds(leaf));
  }

  private static long seconds(X509Certificate certificate) {
    return certificate.getNotAfter().toInstant().getEpochSecond();
  }

  static Gauge gauge(MeterRegistry registry, AtomicLong holder, Tags tags) {
    return Gauge.builder("reseal.certificate.not.after.timestamp", holder, AtomicLong::get)
        .description(
            "When a certificate ends: of an identity, a client CA, a destination CA or"
                + " a client identity, or as an endpoint showed it last; or when a CRL must be renewed.")
        .baseUnit("seconds")
        .tags(tags)
        .strongReference(true)
        .register(registry);
  }

  /**
   * What a gauge is of.
   *
   * @param shown the certificate or the CRL
   */
  private record Key(String kind, String name, Object shown) {}

  /** The gauges of one configuration, those taken over from the one before among them. */
  private final class Configuration {
    private final Map<Key, Meter> before;
    private final Map<Key, Meter> gauges = new HashMap<>();

    Configuration(Map<Key, Meter> before) {
      this.before = new HashMap<>(before);
    }

    void show(String kind, String name, X509Certificate certificate) {
      show(
          new Key(kind, name, certificate),
          () -> CertificateText.fingerprint(certificate),
          seconds(certificate));
    }

    /** A list ends with its next update; one that does not say when has no gauge. */
    void show(String kind, String name, RevocationList list) {
      Date end = list.list().getNextUpdate();
      if (end != null) {
        show(
            new Key(kind, name, list.list()),
            () -> CertificateText.fingerprint(list.list()),
            end.toInstant().getEpochSecond());
      }
    }

    private void show(Key key, Supplier<String> fingerprint, long seconds) {
      if (gauges.containsKey(key)) {
        return;
      }
      Meter known = before.remove(key);
      gauges.put(key, known != null ? known : make(key, fingerprint.get(), seconds));
    }

    private Meter make(Key key, String fingerprint, long seconds) {
      String label =
          fingerprint.replace(":", "").substring(0, LABEL_CHARS).toLowerCase(Locale.ROOT);
      return gauge(
          registry,
          new AtomicLong(seconds),
          Tags.of("kind", key.kind(), "name", key.name(), "endpoint", "", "fingerprint", label));
    }

    void takeTheRestOff() {
      before.values().forEach(registry::remove);
    }
  }
}
