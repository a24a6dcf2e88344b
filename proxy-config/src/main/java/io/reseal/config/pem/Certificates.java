package io.reseal.config.pem;

import java.io.ByteArrayInputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Certificate chains and CA bundles from PEM. */
public final class Certificates {
  private static final Set<String> LABELS =
      Set.of("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE");

  /** The chain's certificates stand in another order than they must be sent in. */
  public static final String NOT_IN_ORDER = "the chain was not in order";

  /** What follows the number of certificates that are no part of the chain. */
  public static final String UNRELATED =
      " certificate(s) do not belong to the chain and are not sent, as ";

  /** The chain ends with a certificate that signed itself. */
  public static final String ROOT_IN_CHAIN = "the root is part of the chain";

  private Certificates() {}

  /** Whether a block holds a private key. */
  static boolean isKey(PemText.Block block) {
    return block.label().endsWith("PRIVATE KEY");
  }

  /** Every certificate of a text, at least one, in its order. */
  public static List<X509Certificate> all(PemText text) throws PemException {
    List<X509Certificate> certificates = new ArrayList<>();
    long total =
        text.blocks().stream().filter(block -> LABELS.contains(block.label())).count();
    for (PemText.Block block : text.blocks()) {
      if (LABELS.contains(block.label())) {
        certificates.add(one(block, certificates.size() + 1, total));
      }
    }
    if (certificates.isEmpty()) {
      boolean key = text.blocks().stream().anyMatch(Certificates::isKey);
      throw new PemException(
          key ? "a private key where a certificate belongs" : "no certificate",
          "blocks: " + labels(text),
          "at least one CERTIFICATE block",
          key ? "Name the certificate's file; keys stay secret." : "Check which file is meant.");
    }
    return certificates;
  }

  private static String labels(PemText text) {
    return String.join(", ", text.blocks().stream().map(PemText.Block::label).toList());
  }

  private static X509Certificate one(PemText.Block block, int index, long total)
      throws PemException {
    try {
      return (X509Certificate) CertificateFactory.getInstance("X.509")
          .generateCertificate(new ByteArrayInputStream(block.content()));
    } catch (CertificateException bad) {
      throw new PemException(
          "certificate %d of %d (begun at line %d) is not X.509"
              .formatted(index, total, block.line()),
          // The JDK names the classes of its causes, which say nothing to a user.
          String.valueOf(bad.getMessage()).replaceAll("[A-Za-z.]+Exception: ", ""),
          "a DER certificate in base64",
          "Copy it again from its source.");
    }
  }

  /**
   * A server's chain in order: the leaf first, then each issuer.
   *
   * @param certificates in any order, the leaf among them
   * @param warn gets what was put right or looks wrong, and what to do about it
   */
  public static List<X509Certificate> chain(
      List<X509Certificate> certificates, X509Certificate leaf, BiConsumer<String, String> warn) {
    List<X509Certificate> pool = new ArrayList<>(certificates);
    boolean inOrder = pool.getFirst().equals(leaf);
    List<X509Certificate> chain = new ArrayList<>();
    chain.add(leaf);
    pool.remove(leaf);
    while (!selfIssued(chain.getLast())) {
      X509Certificate issuer = issuerOf(chain.getLast(), pool);
      if (issuer == null) {
        break;
      }
      inOrder &= pool.getFirst().equals(issuer);
      pool.remove(issuer);
      chain.add(issuer);
    }
    if (!inOrder) {
      warn.accept(NOT_IN_ORDER, "It is sent in order all the same; other servers would not.");
    }
    if (!pool.isEmpty()) {
      warn.accept(
          pool.size() + UNRELATED + pool.getFirst().getSubjectX500Principal(),
          "Remove them, or add the issuer that is missing in between.");
    }
    if (chain.size() > 1 && selfIssued(chain.getLast())) {
      warn.accept(ROOT_IN_CHAIN, "Leave it out: clients have it, or do not believe it anyway.");
    }
    return chain;
  }

  private static @Nullable X509Certificate issuerOf(
      X509Certificate certificate, List<X509Certificate> pool) {
    for (X509Certificate candidate : pool) {
      if (candidate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())) {
        return candidate;
      }
    }
    return null;
  }

  static boolean selfIssued(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
  }
}
