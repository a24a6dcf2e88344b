package io.reseal.server.admin;

import io.reseal.config.HostPort;
import io.reseal.config.KeyPairMaterial;
import io.reseal.config.ProxyConfig;
import io.reseal.config.ServerIdentity;
import io.reseal.config.TrustAnchors;
import io.reseal.config.Upstream;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Every certificate of a configuration, and those that endpoints showed last, once for each use,
 * those that end first in front.
 */
final class CertificateList {
  private final Map<Key, Set<String>> users = new LinkedHashMap<>();

  private CertificateList() {}

  static List<Shown> of(ProxyConfig config, UpstreamBook book) {
    CertificateList list = new CertificateList();
    for (ServerIdentity identity : config.identities()) {
      for (KeyPairMaterial keyPair : identity.keyPairs()) {
        list.add(Use.IDENTITY, keyPair.leaf(), identity.name());
        List<X509Certificate> chain = keyPair.chain();
        chain
            .subList(1, chain.size())
            .forEach(each -> list.add(Use.INTERMEDIATE, each, identity.name()));
      }
    }
    for (Upstream upstream : config.upstreams()) {
      if (upstream.tls().trustAnchors() instanceof TrustAnchors.DestinationCa ca) {
        ca.certificates().forEach(each -> list.add(Use.DESTINATION_CA, each, upstream.name()));
      }
      for (HostPort endpoint : upstream.endpoints()) {
        UpstreamBook.Sighting sighting = book.find(upstream.name(), endpoint.toString());
        list.add(Use.UPSTREAM, sighting == null ? null : sighting.certificate(), upstream.name());
      }
    }
    List<Shown> shown = new ArrayList<>();
    list.users.forEach(
        (key, names) -> shown.add(new Shown(key.use, key.certificate, List.copyOf(names))));
    shown.sort(Comparator.comparing(each -> each.certificate().getNotAfter()));
    return shown;
  }

  private void add(Use use, @Nullable X509Certificate certificate, String user) {
    if (certificate != null) {
      users
          .computeIfAbsent(new Key(use, certificate), ignored -> new LinkedHashSet<>())
          .add(user);
    }
  }

  /** What a certificate is for. */
  enum Use {
    IDENTITY,
    INTERMEDIATE,
    DESTINATION_CA,
    UPSTREAM;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private record Key(Use use, X509Certificate certificate) {}

  /**
   * A certificate in use.
   *
   * @param users names of identities or upstreams, at least one
   */
  record Shown(Use use, X509Certificate certificate, List<String> users) {
    private static final Duration CRITICAL = Duration.ofDays(7);
    private static final int CRITICAL_PART = 8;
    private static final Duration WARNING = Duration.ofDays(30);
    private static final int WARNING_PART = 4;

    Instant end() {
      return certificate.getNotAfter().toInstant();
    }

    /**
     * How bad it is that it ends when it does. Certificates that live for days only are renewed late
     * by design, so a part of its life counts where that is less.
     */
    Level level(Instant now) {
      Duration left = Duration.between(now, end());
      Duration life = Duration.between(certificate.getNotBefore().toInstant(), end());
      if (left.compareTo(lesser(CRITICAL, life.dividedBy(CRITICAL_PART))) < 0) {
        return Level.CRITICAL;
      }
      return left.compareTo(lesser(WARNING, life.dividedBy(WARNING_PART))) < 0
          ? Level.WARNING
          : Level.GOOD;
    }

    private static Duration lesser(Duration one, Duration other) {
      return one.compareTo(other) < 0 ? one : other;
    }
  }
}
