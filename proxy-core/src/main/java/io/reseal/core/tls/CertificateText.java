package io.reseal.core.tls;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;

/** What messages say about certificates; a peer's text is cut here, and escaped where shown. */
public final class CertificateText {
  private static final int MAX_NAME_CHARS = 200;
  private static final HexFormat FINGERPRINT = HexFormat.ofDelimiter(":").withUpperCase();

  private CertificateText() {}

  public static String subject(X509Certificate certificate) {
    return cut(certificate.getSubjectX500Principal().getName());
  }

  public static String issuer(X509Certificate certificate) {
    return cut(certificate.getIssuerX500Principal().getName());
  }

  public static String issuer(X509CRL list) {
    return cut(list.getIssuerX500Principal().getName());
  }

  public static String validFrom(X509Certificate certificate) {
    return certificate
        .getNotBefore()
        .toInstant()
        .truncatedTo(ChronoUnit.SECONDS)
        .toString();
  }

  public static String validUntil(X509Certificate certificate) {
    return certificate.getNotAfter().toInstant().truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** SHA-256 over the whole certificate, as upper-case hex pairs between colons. */
  public static String fingerprint(X509Certificate certificate) {
    try {
      return FINGERPRINT.formatHex(
          MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
    } catch (GeneralSecurityException impossible) {
      return "unknown";
    }
  }

  /** SHA-256 over the whole list, as upper-case hex pairs between colons. */
  public static String fingerprint(X509CRL list) {
    try {
      return FINGERPRINT.formatHex(MessageDigest.getInstance("SHA-256").digest(list.getEncoded()));
    } catch (GeneralSecurityException impossible) {
      return "unknown";
    }
  }

  static String cut(String text) {
    return text.length() <= MAX_NAME_CHARS ? text : text.substring(0, MAX_NAME_CHARS) + "...";
  }
}
