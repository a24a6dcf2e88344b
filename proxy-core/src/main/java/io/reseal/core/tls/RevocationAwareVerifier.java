package io.reseal.core.tls;

import io.netty.handler.ssl.ResumableX509ExtendedTrustManager;
import io.reseal.config.UpstreamTls;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import javax.net.ssl.SSLEngine;

/**
 * The judge of upstream certificates by CRLs too. It judges again when a session is resumed,
 * because a CRL may have ended since the session was made; without CRLs that is not worth its time.
 */
final class RevocationAwareVerifier extends UpstreamVerifier
    implements ResumableX509ExtendedTrustManager {
  RevocationAwareVerifier(AnchorSet anchors, UpstreamTls tls, InstantSource clock) {
    super(anchors, tls, clock);
  }

  @Override
  public void resumeServerTrusted(X509Certificate[] chain, SSLEngine engine)
      throws CertificateException {
    checkServerTrusted(chain, "resumed", engine);
  }

  @Override
  public void resumeClientTrusted(X509Certificate[] chain, SSLEngine engine)
      throws CertificateException {
    throw notJudged();
  }
}
