package io.reseal.config;

import java.security.cert.X509CRL;
import java.util.List;

/**
 * A certificate revocation list (CRL): which certificates of one CA are revoked, and until when
 * that may be believed.
 *
 * @param list as the CA signed it; complete and direct, never a delta or an indirect one
 * @param scope the certificates of the CA that it speaks of
 * @param source where it was read from, for messages
 */
public record RevocationList(X509CRL list, Scope scope, String source) {

  /**
   * The certificates that a list speaks of (RFC 5280 section 5.2.5). One outside the scope is not
   * known to be good by not being listed.
   *
   * @param userCertificates whether certificates of non-CAs are covered
   * @param caCertificates whether certificates of CAs are covered
   * @param distributionPoints the names of the part of the CA's certificates that is covered, as
   *     these certificates carry them too; empty for all
   */
  public record Scope(
      boolean userCertificates, boolean caCertificates, List<String> distributionPoints) {
    public static final Scope EVERYTHING = new Scope(true, true, List.of());

    public Scope {
      distributionPoints = List.copyOf(distributionPoints);
    }
  }

  @Override
  public String toString() {
    return "RevocationList[" + list.getIssuerX500Principal() + ", " + source + "]";
  }
}
