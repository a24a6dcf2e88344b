package io.reseal.config.read;

import io.reseal.config.KeyPairMaterial;
import io.reseal.config.check.Findings;
import io.reseal.config.pem.Certificates;
import io.reseal.config.pem.PemException;
import io.reseal.config.pem.PemText;
import io.reseal.config.pem.PrivateKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;

/** The reader of a certificate chain and its private key. What is wrong with either is reported. */
final class KeyPairReader {
  private final Findings findings;
  private final PemReader pem;
  private final KeyPairMemory memory;
  private final Path base;
  private final Section section;

  /** The key that says where the private key is. */
  private final String keyKey;

  KeyPairReader(
      Findings findings, PemReader pem, KeyPairMemory memory, Path base, Section section) {
    this.memory = memory;
    this.findings = findings;
    this.pem = pem;
    this.base = base;
    this.section = section;
    this.keyKey = section.has("key") ? "key" : "certificate";
  }

  /** The key pair, empty where it cannot be used. */
  Optional<KeyPairMaterial> keyPair() {
    Optional<String> password = password();
    Optional<PemText> chainPem = pem.load(section, "certificate");
    Optional<PemText> keyPem = keyKey.equals("key") ? pem.load(section, "key") : chainPem;
    Optional<List<X509Certificate>> certificates =
        chainPem.flatMap(text -> pem.certificates(section.at("certificate"), text));
    Optional<PrivateKey> key =
        password.flatMap(known -> keyPem.flatMap(text -> privateKey(text, known)));
    if (chainPem.isEmpty() || certificates.isEmpty() || key.isEmpty()) {
      return Optional.empty();
    }
    String keySource = keyPem.map(PemText::source).orElse("");
    return matching(chainPem.get(), certificates.get(), key.get(), keySource);
  }

  private Optional<KeyPairMaterial> matching(
      PemText chainPem, List<X509Certificate> certificates, PrivateKey key, String keySource) {
    Optional<X509Certificate> leaf =
        certificates.stream().filter(each -> memory.match(key, each)).findFirst();
    if (leaf.isEmpty()) {
      X509Certificate first = certificates.getFirst();
      section.error(
          keyKey,
          "the private key does not belong to the certificate",
          "another " + key.getAlgorithm() + " key",
          "the " + first.getPublicKey().getAlgorithm() + " key of "
              + first.getSubjectX500Principal(),
          "Check which files belong together: openssl x509 -noout -pubkey -in CERTIFICATE and"
              + " openssl pkey -pubout -in KEY must print the same.");
      return Optional.empty();
    }
    List<X509Certificate> chain = Certificates.chain(
        certificates,
        leaf.get(),
        (what, hint) -> findings.warn(
            section.at("certificate"),
            what,
            chainPem.source(),
            "the leaf, then each issuer",
            hint));
    pem.warnAboutDates(section.at("certificate"), chain.getFirst());
    warnAboutPermissions(section.text(keyKey, ""));
    return Optional.of(memory.keep(new KeyPairMaterial(chain, key, chainPem.source(), keySource)));
  }

  private Optional<PrivateKey> privateKey(PemText text, String password) {
    if (keyKey.equals("certificate") && !PrivateKeys.in(text)) {
      findings.error(
          section.location(),
          "no private key",
          text.source(),
          "key, or a private key in the certificate file",
          "Add key: path/to/key.pem");
      return Optional.empty();
    }
    try {
      return Optional.of(PrivateKeys.only(text, password));
    } catch (PemException broken) {
      pem.report(section.at(keyKey), broken, text.source());
      return Optional.empty();
    }
  }

  /** The password, the empty text for none; empty where its file cannot be read. */
  private Optional<String> password() {
    if (!section.has("keyPasswordFile")) {
      return Optional.of(section.text("keyPassword", ""));
    }
    return new SecretReader(findings, base).firstLine(section, "keyPasswordFile", "password");
  }

  private void warnAboutPermissions(String value) {
    if (PemText.isInline(value)) {
      return;
    }
    Path file = base.resolve(value);
    try {
      if (Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ)) {
        findings.warn(
            section.at(keyKey),
            CertificateWarnings.READABLE_KEY,
            file.toString(),
            "mode 0600 or 0640",
            FileHint.naming("Take the right away: chmod o-r FILE", file.toString()));
      }
    } catch (IOException | UnsupportedOperationException unknown) {
      // No such permissions here; nothing to say about them.
      return;
    }
  }
}
