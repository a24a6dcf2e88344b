package io.reseal.config.read;

import io.reseal.config.KeyPairMaterial;
import io.reseal.config.check.Findings;
import io.reseal.config.pem.Certificates;
import io.reseal.config.pem.PemException;
import io.reseal.config.pem.PemSource;
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
  private final ReadingMemory memory;
  private final Path base;
  private final Section section;

  /** The key that says where the private key is. */
  private final String keyKey;

  /** Whether there is something to tell about the chain, each time that it is read. */
  private boolean remarkable;

  KeyPairReader(
      Findings findings, PemReader pem, ReadingMemory memory, Path base, Section section) {
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
    Optional<PemSource> chain = pem.source(section, "certificate");
    Optional<PemSource> key = keyKey.equals("key") ? pem.source(section, "key") : chain;
    Optional<KeyPairMaterial> pair = password.isPresent() && chain.isPresent() && key.isPresent()
        ? known(chain.get(), key.get(), password.get())
        : read(chain, key, password);
    pair.ifPresent(usable -> {
      pem.warnAboutDates(section.at("certificate"), usable.leaf());
      warnAboutPermissions(section.text(keyKey, ""));
    });
    return pair;
  }

  /** A pair all of whose parts are there: it may have been read before. */
  private Optional<KeyPairMaterial> known(PemSource chain, PemSource key, String password) {
    Fingerprint text =
        Fingerprint.of(chain.source(), chain.text(), key.source(), key.text(), password);
    KeyPairMaterial before = memory.pair(text);
    Optional<KeyPairMaterial> pair = before != null
        ? Optional.of(before)
        : read(Optional.of(chain), Optional.of(key), Optional.of(password));
    if (!remarkable) {
      pair.ifPresent(usable -> memory.keep(text, usable));
    }
    return pair;
  }

  /** Reads all that is there, so that every mistake in it is reported. */
  private Optional<KeyPairMaterial> read(
      Optional<PemSource> chainSource, Optional<PemSource> keySource, Optional<String> password) {
    Optional<PemText> chain = chainSource.flatMap(text -> pem.parse(section, "certificate", text));
    Optional<PemText> keyText =
        keyKey.equals("key") ? keySource.flatMap(text -> pem.parse(section, "key", text)) : chain;
    Optional<List<X509Certificate>> certificates =
        chain.flatMap(text -> pem.certificates(section.at("certificate"), text));
    Optional<PrivateKey> key =
        password.flatMap(known -> keyText.flatMap(text -> privateKey(text, known)));
    if (chain.isEmpty() || certificates.isEmpty() || key.isEmpty()) {
      return Optional.empty();
    }
    String keyName = keyText.map(PemText::source).orElse("");
    return matching(chain.get().source(), certificates.get(), key.get(), keyName);
  }

  private Optional<KeyPairMaterial> matching(
      String chainSource, List<X509Certificate> certificates, PrivateKey key, String keySource) {
    Optional<X509Certificate> leaf =
        certificates.stream().filter(each -> PrivateKeys.match(key, each)).findFirst();
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
        certificates, leaf.get(), (what, hint) -> remark(chainSource, what, hint));
    return Optional.of(new KeyPairMaterial(chain, key, chainSource, keySource));
  }

  private void remark(String chainSource, String what, String hint) {
    remarkable = true;
    findings.warn(section.at("certificate"), what, chainSource, "the leaf, then each issuer", hint);
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
