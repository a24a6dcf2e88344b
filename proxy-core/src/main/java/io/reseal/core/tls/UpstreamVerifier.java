package io.reseal.core.tls;

import io.netty.handler.ssl.OpenSslCertificateException;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.reseal.config.UpstreamTls;
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
 * The judge of upstream certificates: the chain must lead to a trust anchor of the policy, and the
 * leaf must carry an accepted name. Every refusal is a {@link VerdictException} with the exact
 * reason; nothing is ever accepted for want of information.
 *
 * <p>Immutable; called on event loops, once per full handshake. On resumption it is not asked (see
 * {@link SessionKey}), unless CRLs count ({@link RevocationAwareVerifier}).
 */
class UpstreamVerifier extends X509ExtendedTrustManager {
  private static final X509Certificate[] NOBODY = {};

  private final ChainCheck check;
  private final boolean commonNameFallback;
  private final InstantSource clock;

  /** A verifier of a policy; with CRLs one that judges resumed sessions too. */
  static UpstreamVerifier of(AnchorSet anchors, UpstreamTls tls, InstantSource clock) {
    return tls.revocationLists().isEmpty()
        ? new UpstreamVerifier(anchors, tls, clock)
        : new RevocationAwareVerifier(anchors, tls, clock);
  }

  UpstreamVerifier(AnchorSet anchors, UpstreamTls tls, InstantSource clock) {
    this.check = new ChainCheck(anchors, new PathRules(Purpose.SERVER, tls.revocationLists()));
    this.commonNameFallback = tls.commonNameFallback();
    this.clock = clock;
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
    if (verdict == null) {
      return;
    }
    if (engine instanceof ReferenceCountedOpenSslEngine) {
      // So that the upstream's log says the same as ours.
      VerdictException refusal =
          new VerdictException(VerdictAlerts.withAlert(verdict, "the upstream"));
      throw new OpenSslCertificateException(
          refusal.getMessage(), refusal, VerdictAlerts.verifyError(verdict.reason()));
    }
    throw new VerdictException(verdict);
  }

  /** The verdict on a chain for a set of accepted names, or null when it is good. */
  @Nullable
  TlsVerdict judge(List<X509Certificate> presented, List<String> accepted) {
    Instant now = clock.instant();
    VerdictWriter writer = new VerdictWriter(PeerWords.UPSTREAM, check.anchors(), accepted, now);
    if (presented.isEmpty()) {
      return writer.noCertificate();
    }
    if (presented.size() > PathFinder.MAX_PRESENTED) {
      return writer.tooManyCertificates(presented.size());
    }
    try {
      List<X509Certificate> chain = ChainCheck.parse(presented);
      NameCheck names = NameCheck.of(chain.getFirst());
      writer.about(chain, names);
      return judge(chain, names, accepted, writer, now);
    } catch (GeneralSecurityException | RuntimeException unreadable) {
      return writer.malformed(unreadable);
    }
  }

  private @Nullable TlsVerdict judge(
      List<X509Certificate> chain,
      NameCheck names,
      List<String> accepted,
      VerdictWriter writer,
      Instant now)
      throws GeneralSecurityException {
    String matched = names.match(accepted);
    TlsVerdict verdict = check.check(chain, matched, writer, now);
    if (verdict != null) {
      return verdict;
    }
    if (!matched.isEmpty()) {
      return null;
    }
    if (names.matchesByCommonName(accepted)) {
      return commonNameFallback ? null : writer.commonNameOnly();
    }
    return writer.nameMismatch();
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
      throws CertificateException {
    throw new CertificateException("only connections of an SSLEngine can be checked");
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("only connections of an SSLEngine can be checked");
  }

  @Override
  public void checkClientTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
      throws CertificateException {
    throw new CertificateException("not a server");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
      throws CertificateException {
    throw new CertificateException("not a server");
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw new CertificateException("not a server");
  }

  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return NOBODY;
  }
}
