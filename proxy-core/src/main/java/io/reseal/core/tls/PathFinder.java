package io.reseal.core.tls;

import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The search for the way from a leaf certificate to a trust anchor over the certificates that the
 * peer presented, in whatever order, with whatever else among them.
 *
 * <p>A step is taken where names chain and the signature fits; whether the whole path is valid is
 * for {@link PathValidation}. Bounded: a path of at most {@value #MAX_ISSUERS} issuers, at most
 * {@value #MAX_PATHS} paths and {@value #MAX_SIGNATURE_CHECKS} signature checks, so that a chain
 * built to be expensive is refused, not searched.
 */
final class PathFinder {
  static final int MAX_PRESENTED = 32;
  private static final int MAX_ISSUERS = 8;
  private static final int MAX_PATHS = 4;
  private static final int MAX_SIGNATURE_CHECKS = 48;

  private final List<X509Certificate> presented;
  private final AnchorSet anchors;
  private final List<Path> paths = new ArrayList<>(1);
  private int signatureChecks;
  private List<X509Certificate> longest = List.of();
  private @Nullable X509Certificate sameNameOtherKey;

  private PathFinder(List<X509Certificate> presented, AnchorSet anchors) {
    this.presented = presented;
    this.anchors = anchors;
  }

  /** Searches from the first certificate, which is the leaf. */
  static Outcome search(List<X509Certificate> presented, AnchorSet anchors) {
    PathFinder finder = new PathFinder(presented, anchors);
    X509Certificate leaf = presented.getFirst();
    if (anchors.contains(leaf)) {
      return new Found(List.of(new Path(List.of(leaf), leaf)));
    }
    finder.extend(List.of(leaf));
    return finder.paths.isEmpty()
        ? new DeadEnd(finder.longest, finder.sameNameOtherKey)
        : new Found(finder.paths);
  }

  private void extend(List<X509Certificate> soFar) {
    if (soFar.size() > longest.size()) {
      longest = soFar;
    }
    X509Certificate last = soFar.getLast();
    for (X509Certificate anchor : anchors.withSubject(last.getIssuerX500Principal())) {
      if (hasSigned(anchor, last)) {
        paths.add(new Path(soFar, anchor));
      } else if (sameNameOtherKey == null) {
        sameNameOtherKey = anchor;
      }
      if (paths.size() >= MAX_PATHS) {
        return;
      }
    }
    if (soFar.size() > MAX_ISSUERS) {
      return;
    }
    for (X509Certificate candidate : presented) {
      if (paths.size() < MAX_PATHS
          && candidate.getSubjectX500Principal().equals(last.getIssuerX500Principal())
          && !soFar.contains(candidate)
          && hasSigned(candidate, last)) {
        extend(append(soFar, candidate));
      }
    }
  }

  private boolean hasSigned(X509Certificate issuer, X509Certificate certificate) {
    return ++signatureChecks <= MAX_SIGNATURE_CHECKS && isSignedBy(certificate, issuer);
  }

  /** Whether the issuer's key made the certificate's signature. */
  static boolean isSignedBy(X509Certificate certificate, X509Certificate issuer) {
    try {
      certificate.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException | RuntimeException differs) {
      return false;
    }
  }

  static boolean isSelfSigned(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())
        && isSignedBy(certificate, certificate);
  }

  private static List<X509Certificate> append(
      List<X509Certificate> path, X509Certificate certificate) {
    List<X509Certificate> longer = new ArrayList<>(path.size() + 1);
    longer.addAll(path);
    longer.add(certificate);
    return longer;
  }

  /** What a search found. */
  sealed interface Outcome {}

  /**
   * At least one path.
   *
   * @param paths in the order found
   */
  record Found(List<Path> paths) implements Outcome {}

  /**
   * No path.
   *
   * @param longest the longest way from the leaf upwards, the leaf first
   * @param sameNameOtherKey an anchor that has the name of an issuer on the way, but not its key
   */
  record DeadEnd(List<X509Certificate> longest, @Nullable X509Certificate sameNameOtherKey)
      implements Outcome {}

  /**
   * A way to an anchor.
   *
   * @param certificates the leaf first, without the anchor, unless the leaf is itself the anchor
   * @param anchor the trusted end
   */
  record Path(List<X509Certificate> certificates, X509Certificate anchor) {
    X509Certificate leaf() {
      return certificates.getFirst();
    }

    /** Whether the leaf itself is configured as trusted. */
    boolean isPinnedLeaf() {
      return leaf().equals(anchor);
    }
  }
}
