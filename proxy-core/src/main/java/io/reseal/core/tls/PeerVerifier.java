package io.reseal.core.tls;

import io.netty.handler.ssl.OpenSslCertificateException;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.reseal.core.failure.TlsVerdict;
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
 * The judge of the certificates of one kind of peer: the chain must be readable and lead to a trust
 * anchor. What names it must carry is said by the kind. Every refusal is a {@link VerdictException}
 * with the exact reason; nothing is ever accepted for want of information.
 *
 * <p>Immutable; called on event loops. Each kind opens the one method by which its peers are
 * judged; all others refuse.
 */
abstract class PeerVerifier extends X509ExtendedTrustManager {
  private final PeerWords words;
  private final ChainCheck check;
  private final InstantSource clock;

  PeerVerifier(PeerWords words, ChainCheck check, InstantSource clock) {
    this.words = words;
    this.check = check;
    this.clock = clock;
  }

  /**
   * The verdict on a chain, or null when it is good.
   *
   * @param accepted the names of which the leaf must carry one, where the kind asks for names
   */
  final @Nullable TlsVerdict judge(List<X509Certificate> presented, List<String> accepted) {
    Instant now = clock.instant();
    VerdictWriter writer = new VerdictWriter(words, check.anchors(), accepted, now);
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
      String matched = names.match(accepted);
      TlsVerdict verdict = check.check(chain, matched, writer, now);
      return verdict != null || !matched.isEmpty()
          ? verdict
          : judgeUnmatched(names, accepted, writer);
    } catch (GeneralSecurityException | RuntimeException unreadable) {
      return writer.malformed(unreadable);
    }
  }

  /** The verdict on a good chain whose leaf carries none of the accepted names. */
  abstract @Nullable TlsVerdict judgeUnmatched(
      NameCheck names, List<String> accepted, VerdictWriter writer);

  /** The verdict on a peer that shows no certificate where one is required. */
  final TlsVerdict noCertificate() {
    return new VerdictWriter(words, check.anchors(), List.of(), clock.instant()).noCertificate();
  }

  /** Ends the handshake of a peer with a verdict, so that the peer gets the alert that fits. */
  final void refuse(TlsVerdict verdict, @Nullable SSLEngine engine) throws CertificateException {
    if (engine instanceof ReferenceCountedOpenSslEngine) {
      VerdictException refusal =
          new VerdictException(VerdictAlerts.withAlert(verdict, words.peer()));
      throw new OpenSslCertificateException(
          refusal.getMessage(), refusal, VerdictAlerts.verifyError(verdict.reason()));
    }
    throw new VerdictException(verdict);
  }

  @Override
  public void checkServerTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
      throws CertificateException {
    throw notJudged();
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
      throws CertificateException {
    throw notJudged();
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw notJudged();
  }

  @Override
  public void checkClientTrusted(
      X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
      throws CertificateException {
    throw notJudged();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
      throws CertificateException {
    throw notJudged();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String authType)
      throws CertificateException {
    throw notJudged();
  }

  final CertificateException notJudged() {
    return new CertificateException(
        "only " + words.peer() + " can be judged here, on a connection of an SSLEngine");
  }
}
