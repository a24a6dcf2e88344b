package io.reseal.core.tls;

import io.reseal.core.failure.TlsVerdict;
import io.reseal.core.tls.PathFinder.DeadEnd;
import io.reseal.core.tls.PathFinder.Found;
import io.reseal.core.tls.PathFinder.Path;
import io.reseal.core.tls.PathValidation.Fault;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The check of a peer's chain: that it leads to a trust anchor, by the rules. Immutable. */
final class ChainCheck {
  private final AnchorSet anchors;
  private final PathRules rules;

  ChainCheck(AnchorSet anchors, PathRules rules) {
    this.anchors = anchors;
    this.rules = rules;
  }

  AnchorSet anchors() {
    return anchors;
  }

  /** Netty's certificates parse lazily and fail late; these fail now. */
  static List<X509Certificate> parse(List<X509Certificate> presented) throws CertificateException {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    List<X509Certificate> parsed = new ArrayList<>(presented.size());
    for (X509Certificate certificate : presented) {
      if (factory.generateCertificate(new ByteArrayInputStream(certificate.getEncoded()))
          instanceof X509Certificate readable) {
        parsed.add(readable);
      }
    }
    return parsed;
  }

  /**
   * The verdict on a chain, or null when one path from its leaf is good.
   *
   * @param matchedName the name for which the leaf would be accepted; empty for none
   */
  @Nullable
  TlsVerdict check(
      List<X509Certificate> chain, String matchedName, VerdictWriter writer, Instant now)
      throws GeneralSecurityException {
    return switch (PathFinder.search(chain, anchors)) {
      case DeadEnd deadEnd -> writer.noPath(deadEnd);
      case Found found -> {
        Fault fault = firstFault(found.paths(), matchedName, now);
        yield fault == null ? null : writer.badPath(fault);
      }
    };
  }

  /** The fault of the first path when every path has one, or null when one is good. */
  private @Nullable Fault firstFault(List<Path> paths, String matchedName, Instant now)
      throws GeneralSecurityException {
    Fault first = null;
    for (Path path : paths) {
      Fault fault = PathValidation.check(path, matchedName, rules, now);
      if (fault == null) {
        return null;
      }
      first = first == null ? fault : first;
    }
    return first;
  }
}
