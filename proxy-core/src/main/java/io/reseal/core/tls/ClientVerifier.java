package io.reseal.core.tls;

import io.netty.handler.ssl.ResumableX509ExtendedTrustManager;
import io.reseal.config.ClientAuth;
import io.reseal.core.failure.TlsVerdict;
import io.reseal.core.tls.PathRules.Purpose;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * The judge of clients' certificates: the chain must lead to one of the policy's CAs and be for
 * clients; any name will do.
 *
 * <p>Asked again when a session is resumed, because a certificate may have ended, or its CRL, since
 * the session was made.
 */
final class ClientVerifier extends PeerVerifier implements ResumableX509ExtendedTrustManager {
  private final X509Certificate[] authorities;

  ClientVerifier(ClientAuth.Asked asked, InstantSource clock) {
    super(
        PeerWords.CLIENT,
        new ChainCheck(
            AnchorSet.of(asked.authorities(), asked.source()),
            new PathRules(Purpose.CLIENT, asked.revocationLists())),
        clock);
    this.authorities = asked.authorities().toArray(X509Certificate[]::new);
  }

  @Override
  public void checkClientTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
      throws CertificateException {
    TlsVerdict verdict = judge(List.of(chain));
    if (verdict != null) {
      refuse(verdict, engine);
    }
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
    return judge(presented, List.of());
  }

  @Override
  @Nullable
  TlsVerdict judgeUnmatched(NameCheck names, List<String> accepted, VerdictWriter writer) {
    return null;
  }

  @Override
  public void resumeServerTrusted(X509Certificate[] chain, SSLEngine engine)
      throws CertificateException {
    throw notJudged();
  }

  /** The CAs whose names clients are told, so that they can choose a certificate. */
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return authorities.clone();
  }
}
