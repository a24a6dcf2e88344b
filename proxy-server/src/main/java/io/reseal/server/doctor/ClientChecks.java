package io.reseal.server.doctor;

import io.reseal.config.ClientAuth;
import io.reseal.config.KeyPairMaterial;
import io.reseal.config.Location;
import io.reseal.config.ProxyConfig;
import io.reseal.config.ServerIdentity;
import io.reseal.config.Upstream;
import io.reseal.config.check.Places;
import io.reseal.core.tls.CertificateText;
import io.reseal.core.tls.Strength;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/**
 * The checks of client certificates: the CAs and CRLs that clients are judged by, and the identity
 * that upstreams are shown.
 */
final class ClientChecks {
  private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
  private static final String ANY_PURPOSE = "2.5.29.37.0";

  private final ProxyConfig config;
  private final Places places;
  private final Instant now;
  private final Consumer<Finding> found;

  ClientChecks(ProxyConfig config, Places places, Instant now, Consumer<Finding> found) {
    this.config = config;
    this.places = places;
    this.now = now;
    this.found = found;
  }

  void run() {
    for (ServerIdentity identity : config.identities()) {
      if (identity.clientAuth() instanceof ClientAuth.Asked asked) {
        clients(identity, asked);
      }
    }
    for (Upstream upstream : config.upstreams()) {
      for (KeyPairMaterial shown : upstream.tls().clientIdentity().keyPairs()) {
        identity(upstream, shown);
      }
      new RevocationListCheck(now, found)
          .run(
              upstream.tls().revocationLists(),
              places.ofFirst("upstream", upstream.name(), "tls.crl", "tls", "endpoints"));
    }
  }

  private void clients(ServerIdentity identity, ClientAuth.Asked asked) {
    Location place =
        places.ofFirst("identity", identity.name(), "clientAuth.ca", "clientAuth", "certificate");
    new CaFileCheck(asked.authorities(), asked.source(), place, now, found)
        .run(
            "client",
            leaf -> found.accept(Finding.warning(
                Kind.NOT_A_CA,
                place,
                "%s in %s is no CA; a client of identity \"%s\" is trusted with exactly this"
                        .formatted(CertificateText.subject(leaf), asked.source(), identity.name())
                    + " certificate, whatever CRLs say, until it is taken out",
                "If that is not meant, name the CA that signed it: " + CertificateText.issuer(leaf)
                    + ".",
                "")));
    new RevocationListCheck(now, found)
        .run(
            asked.revocationLists(),
            places.ofFirst(
                "identity", identity.name(), "clientAuth.crl", "clientAuth", "certificate"));
  }

  private void identity(Upstream upstream, KeyPairMaterial shown) {
    Location place = places.ofFirst(
        "upstream", upstream.name(), "tls.clientIdentity.certificate", "tls.clientIdentity", "tls");
    X509Certificate leaf = shown.leaf();
    String names = Commands.alternativeNames(leaf);
    String renew = Commands.reissue(shown, names.isEmpty() ? "DNS:" + upstream.name() : names);
    new ValidityCheck(now)
        .check(
            place,
            leaf,
            Commands.isSelfSigned(leaf)
                ? "Issue it again with the same key:"
                : "Have it renewed by " + CertificateText.issuer(leaf)
                    + "; a request for it makes:",
            renew)
        .ifPresent(found);
    String key = Strength.keyFault(leaf.getPublicKey());
    if (!key.isEmpty()) {
      found.accept(Finding.error(
          Kind.WEAK_KEY,
          place,
          "the key of " + CertificateText.subject(leaf) + " is too weak: " + key
              + "; many upstreams refuse it",
          "Make a new key, and have a certificate issued for it:",
          "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out new.key"));
    }
    usage(leaf, place);
    new ChainFileCheck(shown, place, found).run();
    KeyFileCheck.run(
        shown.keySource(),
        places.ofFirst(
            "upstream",
            upstream.name(),
            "tls.clientIdentity.key",
            "tls.clientIdentity.certificate",
            "tls.clientIdentity"),
        places.file(),
        found);
  }

  private void usage(X509Certificate leaf, Location place) {
    try {
      List<String> purposes = leaf.getExtendedKeyUsage();
      if (purposes == null || purposes.contains(CLIENT_AUTH) || purposes.contains(ANY_PURPOSE)) {
        return;
      }
      wrongUsage(leaf, place, "is not for clients: " + String.join(", ", purposes));
    } catch (CertificateParsingException unreadable) {
      wrongUsage(leaf, place, "cannot be read");
    }
  }

  private void wrongUsage(X509Certificate leaf, Location place, String how) {
    found.accept(Finding.error(
        Kind.WRONG_USAGE,
        place,
        "the extended key usage of " + CertificateText.subject(leaf) + " " + how
            + "; upstreams refuse it",
        "Have it issued with extendedKeyUsage=clientAuth.",
        ""));
  }
}
