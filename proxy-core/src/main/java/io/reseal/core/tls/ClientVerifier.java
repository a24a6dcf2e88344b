package io.reseal.core.tls;

import io.netty.handler.ssl.OpenSslCertificateException;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.ResumableX509ExtendedTrustManager;
import io.reseal.config.ClientAuth;
import io.reseal.core.failure.TlsVerdict;
import io.reseal.core.tls.PathRules.Purpose;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * The judge of clients' certificates: the chain must lead to one of the policy's CAs and be for
 * clients. Every refusal is a {@link VerdictException} with the exact reason.
 *
 * <p>Asked again when a session is resumed, because a certificate may have ended, or its CRL, since
 * the session was made. Immutable; called on event loops.
 */
final class ClientVerifier extends X509ExtendedTrustManager
    implements ResumableX509ExtendedTrustManager {
  private final ChainCheck check;
  private final X509Certificate[] authorities;
  private final InstantSource clock;

  ClientVerifier(ClientAuth.Asked asked, InstantSource clock) {
    this.check = new ChainCheck(
        AnchorSet.of(asked.authorities(), asked.source()),
        new PathRules(Purpose.CLIENT, asked.revocationLists()));
    this.authorities = asked.authorities().toArray(X509Certificate[]::new);
    this.clock = clock;
  }

  @Override
  public void checkClientTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
      throws CertificateException {
    TlsVerdict verdict = judge(List.of(chain));
    if (verdict == null) {
      return;
    }
    if (engine instanceof ReferenceCountedOpenSslEngine) {
      // So that the client gets the alert that fits.
      VerdictException refusal =
          new VerdictException(VerdictAlerts.withAlert(verdict, "the client"));
      throw new OpenSslCertificateException(
          refusal.getMessage(), refusal, VerdictAlerts.verifyError(verdict.reason()));
    }
    throw new VerdictException(verdict);
  }

  @Override
  public void resumeClientTrusted(X509Certificate[] chain, SSLEngine engine)
      throws CertificateException {
    TlsVerdict verdict = judge(List.of(chain));
    if (verdict != null) {
      throw new VerdictException(verdict);
    }
  }

  /** The verdict on a chain, or null when it is good. */
  @Nullable
  TlsVerdict judge(List<X509Certificate> presented) {
    Instant now = clock.instant();
    VerdictWriter writer = writer(now);
    if (presented.isEmpty()) {
      return writer.noCertificate();
    }
    if (presented.size() > PathFinder.MAX_PRESENTED) {
      return writer.tooManyCertificates(presented.size());
    }
    try {
      List<X509Certificate> chain = ChainCheck.parse(presented);
      writer.about(chain, NameCheck.of(chain.getFirst()));
      return check.check(chain, "", writer, now);
    } catch (GeneralSecurityException | RuntimeException unreadable) {
      return writer.malformed(unreadable);
    }
  }

  /** The verdict on a client that shows no certificate where one is required. */
  TlsVerdict noCertificate() {
    return writer(clock.instant()).noCertificate();
  }

  private VerdictWriter writer(Instant now) {
    return new VerdictWriter(PeerWords.CLIENT, check.anchors(), List.of(), now);
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
      throws CertificateException {
    throw new CertificateException("only connections of an SSLEngine can be checked");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("only connections of an SSLEngine can be checked");
  }

  @Override
  public void checkServerTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("not a client");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
      throws CertificateException {
    throw new CertificateException("not a client");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("not a client");
  }

  @Override
  public void resumeServerTrusted(X509Certificate[] chain, SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("not a client");
  }

  /** The CAs whose names clients are told, so that they can choose a certificate. */
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return authorities.clone();
  }
}
