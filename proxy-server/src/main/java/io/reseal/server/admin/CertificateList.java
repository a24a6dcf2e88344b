package io.reseal.server.admin;

import io.reseal.config.ClientAuth;
import io.reseal.config.HostPort;
import io.reseal.config.KeyPairMaterial;
import io.reseal.config.ProxyConfig;
import io.reseal.config.ServerIdentity;
import io.reseal.config.TrustAnchors;
import io.reseal.config.Upstream;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.security.cert.X509Extension;
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
 * Every certificate and every revocation list of a configuration, and the certificates that endpoints
 * showed last, once for each use, those that end first in front. A list that does not say when its
 * next one comes has no end, and is not listed.
 */
final class CertificateList {
  private final Map<Key, Set<String>> users = new LinkedHashMap<>();

  private CertificateList() {}

  static List<Shown> of(ProxyConfig config, UpstreamBook book) {
    CertificateList list = new CertificateList();
    config.identities().forEach(list::addIdentity);
    config.upstreams().forEach(each -> list.addUpstream(each, book));
    List<Shown> shown = new ArrayList<>();
    list.users.forEach(
        (key, names) -> shown.add(new Shown(key.use, key.material, List.copyOf(names))));
    shown.sort(Comparator.comparing(Shown::end));
    return shown;
  }

  private void addIdentity(ServerIdentity identity) {
    String name = identity.name();
    for (KeyPairMaterial keyPair : identity.keyPairs()) {
      add(Use.IDENTITY, keyPair.leaf(), name);
      List<X509Certificate> chain = keyPair.chain();
      chain.subList(1, chain.size()).forEach(each -> add(Use.INTERMEDIATE, each, name));
    }
    if (identity.clientAuth() instanceof ClientAuth.Asked asked) {
      asked.authorities().forEach(each -> add(Use.CLIENT_CA, each, name));
      asked.revocationLists().forEach(each -> add(Use.CLIENT_CRL, each.list(), name));
    }
  }

  private void addUpstream(Upstream upstream, UpstreamBook book) {
    String name = upstream.name();
    if (upstream.tls().trustAnchors() instanceof TrustAnchors.DestinationCa ca) {
      ca.certificates().forEach(each -> add(Use.DESTINATION_CA, each, name));
    }
    upstream.tls().revocationLists().forEach(each -> add(Use.UPSTREAM_CRL, each.list(), name));
    for (KeyPairMaterial keyPair : upstream.tls().clientIdentity().keyPairs()) {
      add(Use.CLIENT_IDENTITY, keyPair.leaf(), name);
    }
    for (HostPort endpoint : upstream.endpoints()) {
      UpstreamBook.Sighting sighting = book.find(name, endpoint.toString());
      add(Use.UPSTREAM, sighting == null ? null : sighting.certificate(), name);
    }
  }

  private void add(Use use, @Nullable X509Extension material, String user) {
    if (material != null && (!(material instanceof X509CRL list) || list.getNextUpdate() != null)) {
      users
          .computeIfAbsent(new Key(use, material), ignored -> new LinkedHashSet<>())
          .add(user);
    }
  }

  /** What a certificate or a list is for. */
  enum Use {
    IDENTITY("certificate of identity"),
    INTERMEDIATE("intermediate of identity"),
    CLIENT_CA("client CA of identity"),
    CLIENT_CRL("client CRL of identity"),
    DESTINATION_CA("destination CA of upstream"),
    UPSTREAM_CRL("CRL of upstream"),
    CLIENT_IDENTITY("client certificate for upstream"),
    UPSTREAM("certificate shown by upstream");

    private final String words;

    Use(String words) {
      this.words = words;
    }

    /** As a person would say it, before the name of whose it is. */
    String words() {
      return words;
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private record Key(Use use, X509Extension material) {}

  /**
   * A certificate or revocation list in use.
   *
   * @param material an {@link X509Certificate}, or an {@link X509CRL} that names its next update
   * @param users names of identities or upstreams, at least one
   */
  record Shown(Use use, X509Extension material, List<String> users) {
    private static final Duration CRITICAL = Duration.ofDays(7);
    private static final int CRITICAL_PART = 8;
    private static final Duration WARNING = Duration.ofDays(30);
    private static final int WARNING_PART = 4;

    Instant start() {
      return switch (material) {
        case X509CRL list -> list.getThisUpdate().toInstant();
        default -> ((X509Certificate) material).getNotBefore().toInstant();
      };
    }

    Instant end() {
      return switch (material) {
        case X509CRL list -> list.getNextUpdate().toInstant();
        default -> ((X509Certificate) material).getNotAfter().toInstant();
      };
    }

    /** Writes what it says of itself. */
    void write(JsonText json) {
      switch (material) {
        case X509CRL list -> CertificateJson.write(json, list);
        default -> CertificateJson.write(json, (X509Certificate) material);
      }
    }

    /**
     * How bad it is that it ends when it does. Certificates that live for days only are renewed late
     * by design, so a part of its life counts where that is less.
     */
    Level level(Instant now) {
      Duration left = Duration.between(now, end());
      Duration life = Duration.between(start(), end());
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
