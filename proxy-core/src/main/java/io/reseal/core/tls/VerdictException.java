package io.reseal.core.tls;

import io.reseal.core.failure.TlsVerdict;
import java.security.cert.CertificateException;

/** The refusal of a certificate, as the TLS library carries it to the handshake's failure. */
public final class VerdictException extends CertificateException {
  private static final long serialVersionUID = 1L;

  private final transient TlsVerdict verdict;

  VerdictException(TlsVerdict verdict) {
    super(verdict.reason().token() + ": " + verdict.detail());
    this.verdict = verdict;
  }

  public TlsVerdict verdict() {
    return verdict;
  }
}
