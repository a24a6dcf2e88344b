package io.reseal.core.tls;

import io.netty.internal.tcnative.CertificateVerifier;
import io.reseal.core.failure.TlsVerdict;
import io.reseal.core.failure.TlsVerdict.Fact;
import io.reseal.core.failure.TlsVerdict.Reason;
import java.util.ArrayList;
import java.util.List;

/** The verification error that makes BoringSSL send the alert that fits a verdict. */
final class VerdictAlerts {
  private VerdictAlerts() {}

  /** The verdict with the alert that BoringSSL sends for it. */
  static TlsVerdict withAlert(TlsVerdict verdict, String peer) {
    int alert = alert(verdict.reason());
    List<Fact> facts = new ArrayList<>(verdict.facts());
    facts.add(new Fact("alert", TlsAlert.name(alert) + " (" + alert + ")"));
    facts.add(new Fact("alert direction", "sent to " + peer));
    return new TlsVerdict(verdict.reason(), verdict.detail(), verdict.advice(), facts);
  }

  /** What BoringSSL makes of {@link #verifyError}. */
  private static int alert(Reason reason) {
    return switch (reason) {
      case EXPIRED, NOT_YET_VALID -> TlsAlert.CERTIFICATE_EXPIRED;
      case REVOKED -> TlsAlert.CERTIFICATE_REVOKED;
      case CRL_EXPIRED, CRL_NOT_YET_VALID, CRL_MISSING, CRL_UNUSABLE, UNKNOWN_CRITICAL_EXTENSION ->
        TlsAlert.CERTIFICATE_UNKNOWN;
      case UNKNOWN_ISSUER, MISSING_INTERMEDIATE, SELF_SIGNED, NOT_A_CA, PATH_TOO_LONG ->
        TlsAlert.UNKNOWN_CA;
      case SAME_NAME_OTHER_KEY -> TlsAlert.DECRYPT_ERROR;
      case WRONG_USAGE -> TlsAlert.UNSUPPORTED_CERTIFICATE;
      default -> TlsAlert.BAD_CERTIFICATE;
    };
  }

  static int verifyError(Reason reason) {
    return switch (reason) {
      case EXPIRED -> CertificateVerifier.X509_V_ERR_CERT_HAS_EXPIRED;
      case NOT_YET_VALID -> CertificateVerifier.X509_V_ERR_CERT_NOT_YET_VALID;
      case REVOKED -> CertificateVerifier.X509_V_ERR_CERT_REVOKED;
      // The peer can do nothing about our CRLs: certificate_unknown.
      case CRL_EXPIRED, CRL_NOT_YET_VALID, CRL_MISSING, CRL_UNUSABLE ->
        CertificateVerifier.X509_V_ERR_CRL_PATH_VALIDATION_ERROR;
      case UNKNOWN_ISSUER, MISSING_INTERMEDIATE ->
        CertificateVerifier.X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
      case SAME_NAME_OTHER_KEY -> CertificateVerifier.X509_V_ERR_CERT_SIGNATURE_FAILURE;
      case SELF_SIGNED -> CertificateVerifier.X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT;
      case NOT_A_CA -> CertificateVerifier.X509_V_ERR_INVALID_CA;
      case PATH_TOO_LONG -> CertificateVerifier.X509_V_ERR_PATH_LENGTH_EXCEEDED;
      case WRONG_USAGE -> CertificateVerifier.X509_V_ERR_INVALID_PURPOSE;
      case UNKNOWN_CRITICAL_EXTENSION ->
        CertificateVerifier.X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION;
      case NAME_MISMATCH, COMMON_NAME_ONLY -> CertificateVerifier.X509_V_ERR_HOSTNAME_MISMATCH;
      default -> CertificateVerifier.X509_V_ERR_CERT_REJECTED;
    };
  }
}
