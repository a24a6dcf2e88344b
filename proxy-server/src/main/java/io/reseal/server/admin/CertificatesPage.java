package io.reseal.server.admin;

import io.reseal.config.HostPort;
import io.reseal.config.KeyPairMaterial;
import io.reseal.config.ProxyConfig;
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
            .objects("destinationCAs", authorities(current), CertificatesPage::named)
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
    json.text("upstream", named.upstream()).text("source", named.source());
    CertificateJson.write(json, named.certificate());
  }

  private record Pair(ServerIdentity identity, KeyPairMaterial keyPair) {}

  private record Named(String upstream, String source, X509Certificate certificate) {}
}
