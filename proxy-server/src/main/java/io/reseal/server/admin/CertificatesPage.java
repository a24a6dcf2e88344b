package io.reseal.server.admin;

import io.reseal.config.ClientAuth;
import io.reseal.config.HostPort;
import io.reseal.config.KeyPairMaterial;
import io.reseal.config.ProxyConfig;
import io.reseal.config.RevocationList;
import io.reseal.config.ServerIdentity;
import io.reseal.config.TrustAnchors;
import io.reseal.config.Upstream;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Every certificate of the configuration, and those that endpoints showed last, as JSON. */
public final class CertificatesPage {
  private final Supplier<ProxyConfig> config;
  private final UpstreamBook book;

  public CertificatesPage(Supplier<ProxyConfig> config, UpstreamBook book) {
    this.config = config;
    this.book = book;
  }

  /** The document as of now. */
  public String document() {
    ProxyConfig current = config.get();
    return JsonText.object(
        json -> json.objects("identities", keyPairs(current), CertificatesPage::keyPair)
            .objects("clientCAs", clientAuthorities(current), CertificatesPage::clientAuthority)
            .objects("destinationCAs", authorities(current), CertificatesPage::named)
            .objects("collectorCAs", collectorAuthorities(current), CertificatesPage::collector)
            .objects("clientIdentities", clientIdentities(current), CertificatesPage::named)
            .objects("revocationLists", lists(current), CertificatesPage::list)
            .objects("upstreams", seen(current), CertificatesPage::named));
  }

  private static List<Pair> keyPairs(ProxyConfig config) {
    List<Pair> pairs = new ArrayList<>();
    for (ServerIdentity identity : config.identities()) {
      identity.keyPairs().forEach(keyPair -> pairs.add(new Pair(identity, keyPair)));
    }
    return pairs;
  }

  private static void keyPair(JsonText json, Pair pair) {
    json.text("identity", pair.identity().name())
        .texts("serverNames", pair.identity().serverNames())
        .text("source", pair.keyPair().source())
        .text("key", pair.keyPair().leaf().getPublicKey().getAlgorithm());
    CertificateJson.write(json, pair.keyPair().leaf());
    List<X509Certificate> chain = pair.keyPair().chain();
    json.objects("chain", chain.subList(1, chain.size()), CertificateJson::write);
  }

  private static List<Named> clientAuthorities(ProxyConfig config) {
    List<Named> named = new ArrayList<>();
    for (ServerIdentity identity : config.identities()) {
      if (identity.clientAuth() instanceof ClientAuth.Asked asked) {
        asked
            .authorities()
            .forEach(each -> named.add(new Named(identity.name(), asked.source(), each)));
      }
    }
    return named;
  }

  private static void clientAuthority(JsonText json, Named named) {
    json.text("identity", named.owner()).text("source", named.source());
    CertificateJson.write(json, named.certificate());
  }

  private static List<Named> collectorAuthorities(ProxyConfig config) {
    List<Named> named = new ArrayList<>();
    if (config.tracing().destinationCA() instanceof TrustAnchors.DestinationCa ca) {
      ca.certificates().forEach(each -> named.add(new Named("", ca.source(), each)));
    }
    return named;
  }

  private static void collector(JsonText json, Named named) {
    json.text("source", named.source());
    CertificateJson.write(json, named.certificate());
  }

  private static List<Named> clientIdentities(ProxyConfig config) {
    List<Named> named = new ArrayList<>();
    for (Upstream upstream : config.upstreams()) {
      for (KeyPairMaterial shown : upstream.tls().clientIdentity().keyPairs()) {
        named.add(new Named(upstream.name(), shown.source(), shown.leaf()));
      }
    }
    return named;
  }

  private static List<Listed> lists(ProxyConfig config) {
    List<Listed> lists = new ArrayList<>();
    for (ServerIdentity identity : config.identities()) {
      if (identity.clientAuth() instanceof ClientAuth.Asked asked) {
        asked
            .revocationLists()
            .forEach(each -> lists.add(new Listed("identity", identity.name(), each)));
      }
    }
    for (Upstream upstream : config.upstreams()) {
      upstream
          .tls()
          .revocationLists()
          .forEach(each -> lists.add(new Listed("upstream", upstream.name(), each)));
    }
    return lists;
  }

  private static void list(JsonText json, Listed listed) {
    json.text(listed.kind(), listed.owner()).text("source", listed.list().source());
    CertificateJson.write(json, listed.list().list());
  }

  private static List<Named> authorities(ProxyConfig config) {
    List<Named> named = new ArrayList<>();
    for (Upstream upstream : config.upstreams()) {
      if (upstream.tls().trustAnchors() instanceof TrustAnchors.DestinationCa ca) {
        ca.certificates().forEach(each -> named.add(new Named(upstream.name(), ca.source(), each)));
      }
    }
    return named;
  }

  private List<Named> seen(ProxyConfig config) {
    List<Named> named = new ArrayList<>();
    for (Upstream upstream : config.upstreams()) {
      for (HostPort endpoint : upstream.endpoints()) {
        UpstreamBook.Sighting sighting = book.find(upstream.name(), endpoint.toString());
        X509Certificate leaf = sighting == null ? null : sighting.certificate();
        if (leaf != null) {
          named.add(new Named(upstream.name(), endpoint.toString(), leaf));
        }
      }
    }
    return named;
  }

  private static void named(JsonText json, Named named) {
    json.text("upstream", named.owner()).text("source", named.source());
    CertificateJson.write(json, named.certificate());
  }

  private record Pair(ServerIdentity identity, KeyPairMaterial keyPair) {}

  private record Named(String owner, String source, X509Certificate certificate) {}

  private record Listed(String kind, String owner, RevocationList list) {}
}
