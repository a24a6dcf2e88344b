package io.reseal.server.doctor;

import io.reseal.config.KeyPairMaterial;
import io.reseal.config.Location;
import io.reseal.config.ProxyConfig;
import io.reseal.config.ServerIdentity;
import io.reseal.config.check.Places;
import io.reseal.config.pem.CertificateNames;
import io.reseal.core.tls.CertificateText;
import io.reseal.core.tls.NameCheck;
import io.reseal.core.tls.Strength;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/** The checks of what is shown to clients: each certificate, its key and its chain. */
final class IdentityChecks {
  private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
  private static final String ANY_PURPOSE = "2.5.29.37.0";

  private final ProxyConfig config;
  private final Places places;
  private final ValidityCheck validity;
  private final Consumer<Finding> found;

  IdentityChecks(ProxyConfig config, Places places, Instant now, Consumer<Finding> found) {
    this.config = config;
    this.places = places;
    this.validity = new ValidityCheck(now);
    this.found = found;
  }

  void run() {
    for (ServerIdentity identity : config.identities()) {
      int index = 0;
      for (KeyPairMaterial pair : identity.keyPairs()) {
        Location certificate = place(identity, index, "certificate", "certificate");
        check(identity, pair, certificate);
        KeyFileCheck.run(
            pair.keySource(), place(identity, index, "key", "certificate"), places.file(), found);
        index++;
      }
    }
  }

  private Location place(ServerIdentity identity, int index, String key, String otherKey) {
    String pair = "keyPairs[" + index + "].";
    return places.ofFirst("identity", identity.name(), pair + key, key, pair + otherKey, otherKey);
  }

  private void check(ServerIdentity identity, KeyPairMaterial pair, Location place) {
    X509Certificate leaf = pair.leaf();
    String reissue = Commands.reissue(pair, namesFor(identity, leaf));
    String renew = Commands.isSelfSigned(leaf)
        ? "Issue it again with the same key:"
        : "Have it renewed by " + CertificateText.issuer(leaf) + "; a request for it makes:";
    validity.check(place, leaf, renew, reissue).ifPresent(found);
    for (X509Certificate issuer : pair.chain().subList(1, pair.chain().size())) {
      validity
          .check(place, issuer, "Get the CA's present intermediate and put it in its place.", "")
          .ifPresent(found);
    }
    strength(pair, place);
    new ChainFileCheck(pair, place, found).run();
    missingIntermediate(pair, place);
    names(identity, pair, place, reissue);
    usage(leaf, place);
  }

  private static String namesFor(ServerIdentity identity, X509Certificate leaf) {
    String names = Commands.alternativeNames(leaf);
    return names.isEmpty()
        ? "DNS:"
            + String.join(
                ",DNS:",
                identity.serverNames().isEmpty() ? List.of("NAME") : identity.serverNames())
        : names;
  }

  // ---- keys and signatures

  private void strength(KeyPairMaterial pair, Location place) {
    for (X509Certificate certificate : pair.chain()) {
      String subject = CertificateText.subject(certificate);
      String key = Strength.keyFault(certificate.getPublicKey());
      if (!key.isEmpty()) {
        found.accept(Finding.error(
            Kind.WEAK_KEY,
            place,
            "the key of " + subject + " is too weak: " + key + "; many clients refuse it",
            "Make a new key, and have a certificate issued for it:",
            "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out new.key"));
      }
      String signature = Strength.signatureFault(certificate);
      // Nobody verifies the signature that a root has put on itself.
      if (!signature.isEmpty() && !Commands.isSelfSigned(certificate)) {
        found.accept(Finding.error(
            Kind.WEAK_SIGNATURE,
            place,
            subject + " is signed with " + signature + "; clients refuse it",
            "Have it issued again with SHA-256:",
            Commands.reissue(pair, Commands.alternativeNames(pair.leaf()))));
      }
    }
  }

  private void usage(X509Certificate leaf, Location place) {
    try {
      List<String> purposes = leaf.getExtendedKeyUsage();
      if (purposes != null && !purposes.contains(SERVER_AUTH) && !purposes.contains(ANY_PURPOSE)) {
        found.accept(Finding.error(
            Kind.WRONG_USAGE,
            place,
            CertificateText.subject(leaf) + " is not for servers; clients refuse it (extended key"
                + " usage: " + String.join(", ", purposes) + ")",
            "Have it issued with extendedKeyUsage=serverAuth.",
            ""));
      }
    } catch (CertificateParsingException unreadable) {
      found.accept(Finding.error(
          Kind.WRONG_USAGE,
          place,
          "the extended key usage of " + CertificateText.subject(leaf) + " cannot be read",
          "Have it issued again.",
          ""));
    }
  }

  // ---- chain

  private void missingIntermediate(KeyPairMaterial pair, Location place) {
    X509Certificate last = pair.chain().getLast();
    if (Commands.isSelfSigned(last) || SystemRoots.holdIssuerOf(last)) {
      return;
    }
    IssuerSource.find(config, last)
        .ifPresent(source -> found.accept(Finding.warning(
            Kind.MISSING_INTERMEDIATE,
            place,
            "the intermediate %s is missing from the chain; clients that do not have it fail"
                .formatted(CertificateText.issuer(last)),
            "Add it to the chain:",
            source.appendTo(pair))));
  }

  // ---- names

  private void names(
      ServerIdentity identity, KeyPairMaterial pair, Location place, String reissue) {
    X509Certificate leaf = pair.leaf();
    if (CertificateNames.hasCommonNameOnly(leaf)) {
      found.accept(Finding.warning(
          Kind.COMMON_NAME_ONLY,
          place,
          CertificateText.subject(leaf) + " has its name only in the common name, where clients do"
              + " not look any more",
          Commands.isSelfSigned(leaf)
              ? "Issue it again with a subject alternative name:"
              : "Have " + CertificateText.issuer(leaf)
                  + " sign this request (openssl x509 -req -copy_extensions copy ...):",
          reissue));
      return;
    }
    List<String> missing = identity.serverNames().stream()
        .filter(name -> !CertificateCover.covers(leaf, name))
        .toList();
    if (!missing.isEmpty()) {
      found.accept(Finding.warning(
          Kind.NAME_NOT_COVERED,
          places.ofFirst("identity", identity.name(), "serverNames", "certificate"),
          "identity \"%s\" is shown for %s, which its certificate does not carry (it has: %s)"
              .formatted(identity.name(), String.join(", ", missing), shown(leaf)),
          "Leave those names out of serverNames, or have the certificate issued with them:",
          Commands.reissue(pair, "DNS:" + String.join(",DNS:", identity.serverNames()))));
    }
  }

  private static String shown(X509Certificate leaf) {
    try {
      return NameCheck.of(leaf).shown();
    } catch (CertificateParsingException unreadable) {
      return "none that can be read";
    }
  }
}
