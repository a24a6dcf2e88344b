package io.reseal.core.tls;

import io.reseal.core.failure.TlsVerdict.Reason;
import io.reseal.core.tls.PathFinder.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.PKIXReason;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The validation of one path by RFC 5280, which the JDK does, and of what it leaves out: the
 * anchor's own limits, key and signature strength, the purpose of each certificate, and last
 * whether one is revoked ({@link RevocationCheck}).
 */
final class PathValidation {
  private static final String ANY_PURPOSE = "2.5.29.37.0";
  private static final String NAME_CONSTRAINTS = "2.5.29.30";
  private static final String NOT_A_CA = "it signed another certificate, and is not a CA's";
  private static final String MAY_NOT_SIGN =
      "it signed another certificate, and its key usage does not allow that (no keyCertSign)";
  private static final String TOO_MANY_BELOW =
      "more CA certificates stand below it than its path length allows";
  private static final String NAMES_NOT_PERMITTED =
      "it, or a certificate below it, carries names that a CA's name constraints do not permit";
  private static final int USAGE_DIGITAL_SIGNATURE = 0;
  private static final int USAGE_CERT_SIGN = 5;

  private final Path path;
  private final String matchedName;
  private final PathRules rules;
  private final Instant now;

  private PathValidation(Path path, String matchedName, PathRules rules, Instant now) {
    this.path = path;
    this.matchedName = matchedName;
    this.rules = rules;
    this.now = now;
  }

  /**
   * The first fault of a path, or null.
   *
   * @param matchedName the name for which the leaf would be accepted; empty for none
   */
  static @Nullable Fault check(Path path, String matchedName, PathRules rules, Instant now)
      throws GeneralSecurityException {
    return new PathValidation(path, matchedName, rules, now).check();
  }

  private @Nullable Fault check() throws GeneralSecurityException {
    Fault fault = checkStrength();
    if (fault == null) {
      fault = path.isPinnedLeaf() ? checkDates(path.leaf()) : checkPath();
    }
    if (fault == null) {
      fault = checkExclusions();
    }
    if (fault == null) {
      fault = checkPurpose();
    }
    return fault != null ? fault : RevocationCheck.check(path, rules.revocationLists(), now);
  }

  private @Nullable Fault checkStrength() {
    for (X509Certificate certificate : withAnchor()) {
      String weakKey = Strength.keyFault(certificate.getPublicKey());
      if (!weakKey.isEmpty()) {
        return new Fault(Reason.WEAK_KEY, certificate, "its key is " + weakKey);
      }
    }
    if (path.isPinnedLeaf()) {
      return null;
    }
    for (X509Certificate certificate : path.certificates()) {
      String weakDigest = Strength.signatureFault(certificate);
      if (!weakDigest.isEmpty()) {
        return new Fault(Reason.WEAK_SIGNATURE, certificate, "it is signed with " + weakDigest);
      }
    }
    return null;
  }

  private List<X509Certificate> withAnchor() {
    if (path.isPinnedLeaf()) {
      return path.certificates();
    }
    List<X509Certificate> all = new ArrayList<>(path.certificates());
    all.add(path.anchor());
    return all;
  }

  private @Nullable Fault checkPath() throws GeneralSecurityException {
    /*
     * The JDK takes an anchor as a name and a key and looks at nothing else of it. A self-signed
     * anchor of version 3 is therefore put into the path, under itself as anchor: then its dates,
     * CA flag, path length and name constraints count. Others are looked at here.
     */
    X509Certificate anchor = path.anchor();
    boolean inPath = anchor.getVersion() >= 3
        && Strength.signatureFault(anchor).isEmpty()
        && PathFinder.isSelfSigned(anchor);
    if (!inPath) {
      Fault fault = checkAnchor(anchor);
      if (fault != null) {
        return fault;
      }
    }
    List<X509Certificate> certificates = inPath ? withAnchor() : path.certificates();
    TrustAnchor trusted =
        new TrustAnchor(anchor.getSubjectX500Principal(), anchor.getPublicKey(), null);
    PKIXParameters parameters = new PKIXParameters(Set.of(trusted));
    parameters.setRevocationEnabled(false);
    parameters.setDate(Date.from(now));
    CertPath certPath = CertificateFactory.getInstance("X.509").generateCertPath(certificates);
    try {
      CertPathValidator.getInstance("PKIX").validate(certPath, parameters);
      return null;
    } catch (CertPathValidatorException refused) {
      int index = refused.getIndex();
      X509Certificate culprit =
          index >= 0 && index < certificates.size() ? certificates.get(index) : path.leaf();
      return classify(refused, culprit);
    }
  }

  private @Nullable Fault checkAnchor(X509Certificate anchor) {
    Fault fault = checkDates(anchor);
    if (fault != null) {
      return fault;
    }
    if (anchor.getVersion() < 3) {
      return null;
    }
    int pathLength = anchor.getBasicConstraints();
    if (pathLength < 0) {
      return new Fault(Reason.NOT_A_CA, anchor, NOT_A_CA);
    }
    if (mayNot(anchor, USAGE_CERT_SIGN)) {
      return new Fault(Reason.NOT_A_CA, anchor, MAY_NOT_SIGN);
    }
    if (issuersBelowAnchor() > pathLength) {
      return new Fault(
          Reason.PATH_TOO_LONG, anchor, "it allows " + pathLength + " CA certificates below it");
    }
    if (anchor.getExtensionValue(NAME_CONSTRAINTS) != null) {
      return new Fault(
          Reason.NAME_CONSTRAINTS,
          anchor,
          "it has name constraints, which are applied only to a self-signed CA certificate");
    }
    return null;
  }

  private long issuersBelowAnchor() {
    return path.certificates().stream()
        .skip(1)
        .filter(issuer -> !issuer.getSubjectX500Principal().equals(issuer.getIssuerX500Principal()))
        .count();
  }

  private @Nullable Fault checkDates(X509Certificate certificate) {
    if (now.isAfter(certificate.getNotAfter().toInstant())) {
      return expired(certificate);
    }
    return now.isBefore(certificate.getNotBefore().toInstant()) ? notYetValid(certificate) : null;
  }

  private Fault expired(X509Certificate certificate) {
    return new Fault(
        Reason.EXPIRED,
        certificate,
        "it expired at " + CertificateText.validUntil(certificate) + " (now: " + now + ")");
  }

  private Fault notYetValid(X509Certificate certificate) {
    return new Fault(
        Reason.NOT_YET_VALID,
        certificate,
        "it becomes valid at " + CertificateText.validFrom(certificate) + " (now: " + now + ")");
  }

  /** A wildcard must not reach a name that a CA above it excludes. */
  private @Nullable Fault checkExclusions() {
    if (matchedName.isEmpty() || path.isPinnedLeaf()) {
      return null;
    }
    for (X509Certificate authority : withAnchor()) {
      if (!authority.equals(path.leaf())
          && NameConstraintsReader.excludes(authority, matchedName)) {
        return new Fault(
            Reason.NAME_CONSTRAINTS, authority, "its name constraints exclude " + matchedName);
      }
    }
    return null;
  }

  private Fault classify(CertPathValidatorException refused, X509Certificate culprit) {
    if (refused.getReason() instanceof BasicReason reason) {
      return switch (reason) {
        case EXPIRED -> expired(culprit);
        case NOT_YET_VALID -> notYetValid(culprit);
        case REVOKED -> new Fault(Reason.REVOKED, culprit, "it is revoked");
        case ALGORITHM_CONSTRAINED -> {
          String what = "the Java runtime's security policy refuses it: " + refused.getMessage();
          yield new Fault(Reason.WEAK_SIGNATURE, culprit, what);
        }
        case INVALID_SIGNATURE ->
          new Fault(Reason.UNKNOWN_ISSUER, culprit, "its signature does not verify");
        case UNSPECIFIED, UNDETERMINED_REVOCATION_STATUS -> unspecified(refused, culprit);
      };
    }
    if (refused.getReason() instanceof PKIXReason reason) {
      return switch (reason) {
        case NOT_CA_CERT -> new Fault(Reason.NOT_A_CA, culprit, NOT_A_CA);
        case INVALID_KEY_USAGE -> new Fault(Reason.NOT_A_CA, culprit, MAY_NOT_SIGN);
        case PATH_TOO_LONG -> new Fault(Reason.PATH_TOO_LONG, culprit, TOO_MANY_BELOW);
        case INVALID_NAME -> new Fault(Reason.NAME_CONSTRAINTS, culprit, NAMES_NOT_PERMITTED);
        case UNRECOGNIZED_CRIT_EXT -> {
          String what =
              "nobody here knows its critical extensions " + culprit.getCriticalExtensionOIDs();
          yield new Fault(Reason.UNKNOWN_CRITICAL_EXTENSION, culprit, what);
        }
        case NAME_CHAINING, INVALID_POLICY, NO_TRUST_ANCHOR -> unspecified(refused, culprit);
      };
    }
    return unspecified(refused, culprit);
  }

  private static Fault unspecified(CertPathValidatorException refused, X509Certificate culprit) {
    return new Fault(Reason.CERTIFICATE_REJECTED, culprit, String.valueOf(refused.getMessage()));
  }

  private @Nullable Fault checkPurpose() throws GeneralSecurityException {
    String needed = rules.purpose().extendedKeyUsage();
    for (X509Certificate certificate : path.certificates()) {
      List<String> purposes = certificate.getExtendedKeyUsage();
      if (purposes != null && !purposes.contains(needed) && !purposes.contains(ANY_PURPOSE)) {
        return new Fault(
            Reason.WRONG_USAGE,
            certificate,
            "its extended key usage is not for " + rules.purpose().whom() + ": "
                + String.join(", ", purposes));
      }
    }
    if (mayNot(path.leaf(), USAGE_DIGITAL_SIGNATURE)) {
      return new Fault(
          Reason.WRONG_USAGE,
          path.leaf(),
          "its key usage does not allow the handshake's signature (digitalSignature is missing)");
    }
    return null;
  }

  private static boolean mayNot(X509Certificate certificate, int usage) {
    boolean[] usages = certificate.getKeyUsage();
    return usages != null && !usages[usage];
  }

  /**
   * What is wrong with a path.
   *
   * @param culprit the certificate at which it shows
   * @param what a clause about the culprit
   */
  record Fault(Reason reason, X509Certificate culprit, String what) {}
}
