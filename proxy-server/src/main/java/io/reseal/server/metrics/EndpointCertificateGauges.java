package io.reseal.server.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.reseal.config.Upstream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * When the certificates end that endpoints of the configuration showed last, one gauge for each
 * endpoint. Thread-safe; event loops wait for each other only, and for a change of the endpoints.
 */
final class EndpointCertificateGauges {
  private final MeterRegistry registry;
  private final Map<Endpoint, Shown> shown = new HashMap<>();

  /**
   * What endpoints showed that the configuration does not name: a change is told here a moment after
   * it serves, and a handshake may end a moment after its endpoint has gone. Kept until the next
   * change, so at most as many as the data plane has endpoints.
   */
  private final Map<Endpoint, Long> notNamed = new HashMap<>();

  private Set<Endpoint> named = Set.of();

  EndpointCertificateGauges(MeterRegistry registry) {
    this.registry = registry;
  }

  /** Takes off what another configuration does not name. */
  void configure(List<Upstream> upstreams) {
    Set<Endpoint> next = new HashSet<>();
    for (Upstream upstream : upstreams) {
      upstream
          .endpoints()
          .forEach(each -> next.add(new Endpoint(upstream.name(), each.toString())));
    }
    name(next);
  }

  private synchronized void name(Set<Endpoint> next) {
    named = next;
    shown.entrySet().removeIf(entry -> {
      boolean gone = !next.contains(entry.getKey());
      if (gone) {
        registry.remove(entry.getValue().gauge());
      }
      return gone;
    });
    notNamed.forEach((endpoint, seconds) -> {
      if (next.contains(endpoint)) {
        show(endpoint, seconds);
      }
    });
    notNamed.clear();
  }

  /**
   * An endpoint showed a certificate.
   *
   * @param seconds when it ends, since 1970
   */
  synchronized void seen(String upstream, String endpoint, long seconds) {
    Endpoint from = new Endpoint(upstream, endpoint);
    if (named.contains(from)) {
      show(from, seconds);
    } else {
      notNamed.put(from, seconds);
    }
  }

  private void show(Endpoint endpoint, long seconds) {
    shown.computeIfAbsent(endpoint, this::make).seconds().set(seconds);
  }

  private Shown make(Endpoint endpoint) {
    AtomicLong seconds = new AtomicLong();
    Tags tags = Tags.of(
        "kind",
        "upstream",
        "name",
        endpoint.upstream(),
        "endpoint",
        endpoint.address(),
        "fingerprint",
        "");
    return new Shown(CertificateGauges.gauge(registry, seconds, tags), seconds);
  }

  private record Endpoint(String upstream, String address) {}

  private record Shown(Gauge gauge, AtomicLong seconds) {}
}
