package io.reseal.server.doctor;

import io.reseal.core.tls.NameCheck;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;

/** Whether a certificate carries a name, by the rule that upstreams are verified by. */
final class CertificateCover {
  /** A label that no certificate has: only a wildcard covers it. */
  private static final String ANY_LABEL = "reseal-any-label";

  private CertificateCover() {}

  /**
   * Whether clients accept the certificate for a name.
   *
   * @param name exact, or with a wildcard label, which only a wildcard name covers
   */
  static boolean covers(X509Certificate leaf, String name) {
    String asked = name.startsWith("*.") ? ANY_LABEL + name.substring(1) : name;
    try {
      return !NameCheck.of(leaf).match(List.of(asked)).isEmpty();
    } catch (CertificateParsingException unreadable) {
      return false;
    }
  }
}
