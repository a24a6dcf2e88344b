package io.reseal.core.tls;

import io.reseal.config.UpstreamTls;
import io.reseal.core.failure.TlsVerdict;
import io.reseal.core.tls.PathRules.Purpose;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * The judge of upstream certificates: the chain must lead to a trust anchor of the policy, and the
 * leaf must carry an accepted name.
 *
 * <p>Called once per full handshake. On resumption it is not asked (see {@link SessionKey}), unless
 * CRLs count ({@link RevocationAwareVerifier}).
 */
class UpstreamVerifier extends PeerVerifier {
  private static final X509Certificate[] NOBODY = {};

  private final boolean commonNameFallback;

  /** A verifier of a policy; with CRLs one that judges resumed sessions too. */
  static UpstreamVerifier of(AnchorSet anchors, UpstreamTls tls, InstantSource clock) {
    return tls.revocationLists().isEmpty()
        ? new UpstreamVerifier(anchors, tls, clock)
        : new RevocationAwareVerifier(anchors, tls, clock);
  }

  UpstreamVerifier(AnchorSet anchors, UpstreamTls tls, InstantSource clock) {
    super(
        PeerWords.UPSTREAM,
        new ChainCheck(anchors, new PathRules(Purpose.SERVER, tls.revocationLists())),
        clock);
    this.commonNameFallback = tls.commonNameFallback();
  }

  @Override
  public void checkServerTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
      throws CertificateException {
    SessionKey key = engine == null ? null : SessionKey.decode(engine.getPeerHost());
    if (key == null) {
      throw new CertificateException("the connection does not say which names are accepted");
    }
    TlsVerdict verdict = judge(List.of(chain), key.accepted());
    if (verdict != null) {
      refuse(verdict, engine);
    }
  }

  @Override
  @Nullable
  TlsVerdict judgeUnmatched(NameCheck names, List<String> accepted, VerdictWriter writer) {
    if (names.matchesByCommonName(accepted)) {
      return commonNameFallback ? null : writer.commonNameOnly();
    }
    return writer.nameMismatch();
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return NOBODY;
  }
}
