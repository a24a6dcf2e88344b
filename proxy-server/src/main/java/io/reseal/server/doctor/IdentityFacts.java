package io.reseal.server.doctor;

import io.reseal.config.ClientAuth;
import io.reseal.config.KeyPairMaterial;
import io.reseal.config.ProxyConfig;
import io.reseal.config.ServerIdentity;
import io.reseal.core.tls.CertificateText;
import io.reseal.core.tls.NameCheck;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What is told of the identity that a client is shown. */
final class IdentityFacts {
  private IdentityFacts() {}

  static Map<String, Object> of(ProxyConfig config, String name, String because, String host) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("name", name);
    facts.put("because", because);
    List<Object> certificates = new ArrayList<>();
    for (ServerIdentity identity : config.identities()) {
      if (identity.name().equals(name)) {
        for (KeyPairMaterial pair : identity.keyPairs()) {
          certificates.add(certificate(pair, host));
        }
      }
    }
    facts.put("certificates", certificates);
    for (ServerIdentity identity : config.identities()) {
      if (identity.name().equals(name) && identity.clientAuth() instanceof ClientAuth.Asked asked) {
        facts.put("clientCertificates", clients(asked));
      }
    }
    return facts;
  }

  private static Map<String, Object> clients(ClientAuth.Asked asked) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("mode", asked.mode().name().toLowerCase(Locale.ROOT));
    facts.put("file", asked.source());
    facts.put(
        "authorities",
        asked.authorities().stream().map(CertificateText::subject).toList());
    facts.put(
        "crl",
        asked.revocationLists().stream()
            .map(each -> each.source() + " of " + CertificateText.issuer(each.list()))
            .toList());
    return facts;
  }

  private static Map<String, Object> certificate(KeyPairMaterial pair, String host) {
    X509Certificate leaf = pair.leaf();
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("file", pair.source());
    facts.put("subject", CertificateText.subject(leaf));
    facts.put("issuer", CertificateText.issuer(leaf));
    facts.put("names", names(leaf));
    facts.put("coversHost", CertificateCover.covers(leaf, host));
    facts.put("key", leaf.getPublicKey().getAlgorithm());
    facts.put("validUntil", CertificateText.validUntil(leaf));
    facts.put("fingerprint", CertificateText.fingerprint(leaf));
    return facts;
  }

  private static String names(X509Certificate leaf) {
    try {
      return NameCheck.of(leaf).shown();
    } catch (CertificateParsingException unreadable) {
      return "none that can be read";
    }
  }
}
