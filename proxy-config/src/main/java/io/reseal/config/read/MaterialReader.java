package io.reseal.config.read;

import io.reseal.config.KeyPairMaterial;
import io.reseal.config.Location;
import io.reseal.config.ServerIdentity;
import io.reseal.config.TrustAnchors;
import io.reseal.config.check.Findings;
import io.reseal.config.pem.CertificateNames;
import io.reseal.config.pem.Certificates;
import io.reseal.config.pem.PemException;
import io.reseal.config.pem.PemText;
import io.reseal.config.pem.PrivateKeys;
import io.reseal.config.schema.ConfigSchema;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The reader of certificates, keys and CA bundles that a configuration names. */
final class MaterialReader {
  private final Findings findings;
  private final Path base;
  private final Instant now = Instant.now();

  MaterialReader(Findings findings, Path base) {
    this.findings = findings;
    this.base = base;
  }

  /** An identity, empty where a part of it cannot be used. */
  Optional<ServerIdentity> identity(String name, Section section) {
    findings.define("identity", name, section.location());
    List<KeyPairMaterial> pairs = new ArrayList<>();
    if (section.has("keyPairs")) {
      if (section.has("certificate")) {
        section.error("keyPairs", "both certificate and keyPairs", "", "one of them", "");
      }
      for (Section pair : section.sections("keyPairs", ConfigSchema.KEY_PAIR)) {
        keyPair(pair).ifPresent(pairs::add);
      }
    } else if (section.has("certificate")) {
      keyPair(section).ifPresent(pairs::add);
    } else {
      findings.error(section.location(), "identity without a certificate", "", "certificate", "");
    }
    if (pairs.isEmpty()) {
      return Optional.empty();
    }
    requireDifferentKinds(section, pairs);
    return Optional.of(new ServerIdentity(name, serverNames(section, pairs.getFirst()), pairs));
  }

  private void requireDifferentKinds(Section section, List<KeyPairMaterial> pairs) {
    long kinds =
        pairs.stream().map(pair -> pair.privateKey().getAlgorithm()).distinct().count();
    if (pairs.size() > 2 || kinds < pairs.size()) {
      section.error(
          "keyPairs",
          "key pairs of the same kind",
          pairs.size() + " key pairs",
          "one RSA and one ECDSA",
          "A client gets one of the two by what it can verify.");
    }
  }

  private List<String> serverNames(Section section, KeyPairMaterial pair) {
    if (!section.has("serverNames")) {
      List<String> names = CertificateNames.of(pair.leaf());
      if (names.isEmpty()) {
        findings.warn(
            section.location(),
            "the certificate names no server",
            pair.source(),
            "a DNS name",
            "Only a listener's defaultIdentity can show it.");
      } else if (CertificateNames.hasCommonNameOnly(pair.leaf())) {
        findings.warn(
            section.location(),
            "the certificate has its name only in the common name",
            names.getFirst(),
            "a DNS SAN",
            "Clients do not look there any more. Make it anew with: openssl req -x509 ... -addext"
                + " subjectAltName=DNS:" + names.getFirst());
      }
      return names;
    }
    List<String> names = new ArrayList<>();
    for (Section.Text text : section.texts("serverNames")) {
      String name = text.value().toLowerCase(Locale.ROOT);
      String plain = name.startsWith("*.") ? name.substring(2) : name;
      if (Syntax.isDnsName(plain)) {
        names.add(name);
      } else {
        findings.error(
            text.location(),
            "wrong server name",
            Section.quoted(text.value()),
            "a DNS name, or *. and one",
            "");
      }
    }
    return names;
  }

  private Optional<KeyPairMaterial> keyPair(Section section) {
    String certificate = section.text("certificate", "");
    String keyText = section.has("key") ? section.text("key", "") : certificate;
    String keyKey = section.has("key") ? "key" : "certificate";
    Optional<PemText> chainPem = pem(section, "certificate", certificate);
    Optional<PemText> keyPem =
        keyText.equals(certificate) ? chainPem : pem(section, keyKey, keyText);
    if (chainPem.isEmpty() || keyPem.isEmpty()) {
      return Optional.empty();
    }
    if (!section.has("key") && !PrivateKeys.in(chainPem.get())) {
      findings.error(
          section.location(),
          "no private key",
          chainPem.get().source(),
          "key, or a private key in the certificate file",
          "Add key: path/to/key.pem");
      return Optional.empty();
    }
    try {
      PrivateKey key = PrivateKeys.only(keyPem.get(), password(section));
      List<X509Certificate> chain = inOrder(section, chainPem.get(), key);
      if (!PrivateKeys.match(key, chain.getFirst())) {
        section.error(
            keyKey,
            "the private key does not belong to the certificate",
            "a key for " + key.getAlgorithm() + ", " + keyPem.get().source(),
            "the key of " + chain.getFirst().getSubjectX500Principal() + " ("
                + chain.getFirst().getPublicKey().getAlgorithm() + ")",
            "Check which files belong together.");
        return Optional.empty();
      }
      warnAboutDates(section.at("certificate"), chain.getFirst());
      warnAboutPermissions(section.at(keyKey), keyText);
      return Optional.of(new KeyPairMaterial(chain, key, chainPem.get().source()));
    } catch (PemException broken) {
      report(section.at(keyKey), broken);
      return Optional.empty();
    }
  }

  private List<X509Certificate> inOrder(Section section, PemText pem, PrivateKey key)
      throws PemException {
    List<X509Certificate> all;
    try {
      all = Certificates.all(pem);
    } catch (PemException broken) {
      report(section.at("certificate"), broken);
      throw new AlreadyReported();
    }
    X509Certificate leaf =
        all.stream().filter(c -> PrivateKeys.match(key, c)).findFirst().orElse(all.getFirst());
    Location at = section.at("certificate");
    return Certificates.chain(
        pem, leaf.getPublicKey(), what -> findings.warn(at, what, pem.source(), "", ""));
  }

  private String password(Section section) throws PemException {
    if (!section.has("keyPasswordFile")) {
      return section.text("keyPassword", "");
    }
    Path file = base.resolve(section.text("keyPasswordFile", ""));
    try {
      List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
      return lines.isEmpty() ? "" : lines.getFirst();
    } catch (IOException failed) {
      section.error(
          "keyPasswordFile",
          "the password file cannot be read",
          file.toString(),
          "a file whose first line is the password",
          "");
      throw new AlreadyReported();
    }
  }

  /** A CA bundle. Whatever is wrong with it is an error: it must never come to mean "no CA". */
  Optional<TrustAnchors.DestinationCa> bundle(Section section, String key) {
    String value = section.text(key, "");
    if (value.isEmpty()) {
      section.error(
          key,
          "no CA",
          "an empty value",
          "a PEM file with at least one certificate",
          "Remove the key to trust the system's store.");
      return Optional.empty();
    }
    Optional<PemText> pem = pem(section, key, value);
    if (pem.isEmpty()) {
      return Optional.empty();
    }
    Location at = section.at(key);
    try {
      List<X509Certificate> certificates = Certificates.all(pem.get());
      if (PrivateKeys.in(pem.get())) {
        findings.warn(
            at,
            "a private key in a CA file",
            pem.get().source(),
            "certificates only",
            "The proxy does not need the CA's key; keep it elsewhere.");
      }
      for (X509Certificate certificate : certificates) {
        warnAboutDates(at, certificate);
        if (certificate.getBasicConstraints() < 0 && certificate.getVersion() >= 3) {
          findings.warn(
              at,
              "a certificate in the CA file is no CA",
              certificate.getSubjectX500Principal().toString(),
              "CA:TRUE",
              "It is trusted for itself only.");
        }
      }
      return Optional.of(new TrustAnchors.DestinationCa(certificates, pem.get().source()));
    } catch (PemException broken) {
      report(at, broken);
      return Optional.empty();
    }
  }

  private Optional<PemText> pem(Section section, String key, String value) {
    if (value.isEmpty()) {
      section.error(key, "no file", "an empty value", "a PEM file, or PEM", "");
      return Optional.empty();
    }
    try {
      return Optional.of(PemText.load(value, base));
    } catch (PemException broken) {
      report(section.at(key), broken);
      return Optional.empty();
    }
  }

  private void report(Location at, PemException broken) {
    if (!(broken instanceof AlreadyReported)) {
      findings.error(at, broken.what(), broken.found(), broken.expected(), broken.hint());
    }
  }

  private void warnAboutDates(Location at, X509Certificate certificate) {
    String subject = certificate.getSubjectX500Principal().toString();
    Instant end = certificate.getNotAfter().toInstant();
    Instant start = certificate.getNotBefore().toInstant();
    if (end.isBefore(now)) {
      findings.warn(at, "the certificate has expired", subject + " on " + end, "", "Renew it.");
    } else if (start.isAfter(now)) {
      findings.warn(
          at,
          "the certificate is not valid yet",
          subject + " from " + start,
          "",
          "Check the clock, or wait.");
    }
  }

  private void warnAboutPermissions(Location at, String value) {
    Path file = base.resolve(value.contains("-----BEGIN") ? "" : value);
    try {
      if (Files.isRegularFile(file)
          && Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
        findings.warn(
            at,
            "everybody on this machine can read the private key",
            file.toString(),
            "mode 0600 or 0640",
            "chmod o-r " + file);
      }
    } catch (IOException | UnsupportedOperationException unknown) {
      // No such permissions here; nothing to say about them.
      return;
    }
  }

  /** Marks a mistake that is in the findings already. */
  private static final class AlreadyReported extends PemException {
    private static final long serialVersionUID = 1L;

    AlreadyReported() {
      super("", "", "", "");
    }
  }
}
