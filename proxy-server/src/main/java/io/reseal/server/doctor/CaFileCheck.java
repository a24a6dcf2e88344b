package io.reseal.server.doctor;

import io.reseal.config.Location;
import io.reseal.config.pem.PemException;
import io.reseal.config.pem.PemText;
import io.reseal.config.pem.PrivateKeys;
import io.reseal.core.tls.CertificateText;
import io.reseal.core.tls.Strength;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The check of the CAs of one file that peers' certificates must be signed by. */
final class CaFileCheck {
  private final List<X509Certificate> certificates;
  private final String source;
  private final Location place;
  private final Instant now;
  private final Consumer<Finding> found;

  CaFileCheck(
      List<X509Certificate> certificates,
      String source,
      Location place,
      Instant now,
      Consumer<Finding> found) {
    this.certificates = certificates;
    this.source = source;
    this.place = place;
    this.now = now;
    this.found = found;
  }

  /**
   * Checks dates, strength, and what else the file holds.
   *
   * @param peers who fails where a CA has ended, in plural
   * @param leaf gets each certificate that is no CA's
   */
  void run(String peers, Consumer<X509Certificate> leaf) {
    boolean anyValid = certificates.stream().anyMatch(this::isValid);
    for (X509Certificate certificate : certificates) {
      new ValidityCheck(now)
          .check(
              place,
              certificate,
              anyValid
                  ? "Another certificate of the file is valid; remove this one once nothing is"
                      + " signed by it."
                  : "Get the CA's present certificate; every " + peers
                      + " signed by this one fails.",
              "")
          // An old CA beside its successor is how CAs are replaced.
          .map(finding -> anyValid && finding.kind() == Kind.EXPIRED ? asWarning(finding) : finding)
          .ifPresent(found);
      strength(certificate);
      if (isLeaf(certificate)) {
        leaf.accept(certificate);
      }
    }
    keyInFile();
  }

  private boolean isValid(X509Certificate certificate) {
    return certificate.getNotAfter().toInstant().isAfter(now)
        && !certificate.getNotBefore().toInstant().isAfter(now);
  }

  private static Finding asWarning(Finding error) {
    return Finding.warning(error.kind(), error.place(), error.what(), error.fix(), error.command());
  }

  /** Version 1 certificates cannot say whether they are a CA's. */
  static boolean isLeaf(X509Certificate certificate) {
    return certificate.getBasicConstraints() < 0 && certificate.getVersion() >= 3;
  }

  private void strength(X509Certificate certificate) {
    String key = Strength.keyFault(certificate.getPublicKey());
    if (!key.isEmpty()) {
      found.accept(Finding.error(
          Kind.WEAK_KEY,
          place,
          "the key of " + CertificateText.subject(certificate) + " is too weak: " + key
              + "; what it has signed is refused",
          "Make the CA anew with an EC key on P-256, or RSA of 2048 bits or more.",
          ""));
    }
  }

  private void keyInFile() {
    if (!Commands.isFile(source)) {
      return;
    }
    try {
      PemText text = PemText.load(source, Path.of(""));
      if (!PrivateKeys.in(text)) {
        return;
      }
      List<Integer> kept = new ArrayList<>();
      for (int i = 0; i < text.blocks().size(); i++) {
        if (!text.blocks().get(i).label().endsWith("KEY")) {
          kept.add(i + 1);
        }
      }
      found.accept(Finding.warning(
          Kind.KEY_IN_CA_FILE,
          place,
          source + " holds a private key; whoever gets the file can sign for this CA",
          "Keep a copy of the key where the CA is, then leave only certificates here:",
          Commands.keepBlocks(source, kept)));
    } catch (PemException changedMeanwhile) {
      found.accept(Finding.error(
          Kind.CONFIGURATION, place, changedMeanwhile.what(), changedMeanwhile.hint(), ""));
    }
  }
}
