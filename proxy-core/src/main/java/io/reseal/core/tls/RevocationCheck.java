package io.reseal.core.tls;

import io.reseal.config.RevocationList;
import io.reseal.config.pem.RevocationLists;
import io.reseal.core.failure.TlsVerdict.Reason;
import io.reseal.core.tls.PathFinder.Path;
import io.reseal.core.tls.PathValidation.Fault;
import java.security.GeneralSecurityException;
import java.security.cert.CRLReason;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The check of a path against the configured CRLs: each certificate below the anchor needs a list
 * that its issuer signed, that is in force, that speaks of it and does not name it. Whoever has no
 * such list is refused, so that a list that was not renewed cannot let a revoked certificate in.
 * The anchor itself is trusted as configured.
 */
final class RevocationCheck {
  private static final int USAGE_CRL_SIGN = 6;

  private final List<RevocationList> lists;
  private final Instant now;

  private RevocationCheck(List<RevocationList> lists, Instant now) {
    this.lists = lists;
    this.now = now;
  }

  /** The first fault from the leaf upwards, or null; always null without lists. */
  static @Nullable Fault check(Path path, List<RevocationList> lists, Instant now) {
    if (lists.isEmpty() || path.isPinnedLeaf()) {
      return null;
    }
    RevocationCheck check = new RevocationCheck(lists, now);
    List<X509Certificate> certificates = path.certificates();
    for (int i = 0; i < certificates.size(); i++) {
      X509Certificate issuer =
          i + 1 < certificates.size() ? certificates.get(i + 1) : path.anchor();
      Fault fault = check.check(certificates.get(i), issuer);
      if (fault != null) {
        return fault;
      }
    }
    return null;
  }

  private @Nullable Fault check(X509Certificate certificate, X509Certificate issuer) {
    boolean good = false;
    Fault nearest = missing(certificate);
    for (RevocationList list : lists) {
      X509CRL crl = list.list();
      if (!crl.getIssuerX500Principal().equals(certificate.getIssuerX500Principal())) {
        continue;
      }
      String unusable = unusable(list, issuer);
      if (!unusable.isEmpty()) {
        nearest = nearer(nearest, new Fault(Reason.CRL_UNUSABLE, certificate, unusable));
        continue;
      }
      if (!covers(list.scope(), certificate)) {
        continue;
      }
      X509CRLEntry entry = crl.getRevokedCertificate(certificate);
      if (entry != null) {
        return revoked(certificate, list, entry);
      }
      Fault dated = dates(certificate, list);
      good |= dated == null;
      nearest = dated == null ? nearest : nearer(nearest, dated);
    }
    return good ? null : nearest;
  }

  /** What is told where several lists fail: the one that would have served. */
  private static Fault nearer(Fault one, Fault other) {
    return rank(other.reason()) > rank(one.reason()) ? other : one;
  }

  private static int rank(Reason reason) {
    return switch (reason) {
      case CRL_EXPIRED -> 3;
      case CRL_NOT_YET_VALID -> 2;
      case CRL_UNUSABLE -> 1;
      default -> 0;
    };
  }

  private Fault missing(X509Certificate certificate) {
    return new Fault(
        Reason.CRL_MISSING,
        certificate,
        "no CRL of its issuer " + CertificateText.issuer(certificate)
            + " speaks of it (configured CRLs: " + shown() + ")");
  }

  /** Why a list in the issuer's name proves nothing, or empty. */
  private static String unusable(RevocationList list, X509Certificate issuer) {
    if (!isSignedBy(list.list(), issuer)) {
      return "the CRL from " + list.source() + " has the name of its issuer, but is not signed by"
          + " the issuer's key";
    }
    boolean[] usages = issuer.getKeyUsage();
    if (usages != null && !usages[USAGE_CRL_SIGN]) {
      return "its issuer's key usage does not allow to sign CRLs (cRLSign is missing)";
    }
    String weak = Strength.signatureFault(list.list());
    return weak.isEmpty() ? "" : "the CRL from " + list.source() + " is signed with " + weak;
  }

  private static boolean isSignedBy(X509CRL crl, X509Certificate issuer) {
    try {
      // The JDK remembers the last key that verified, so that this is cheap from the second on.
      crl.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException | RuntimeException differs) {
      return false;
    }
  }

  private static boolean covers(RevocationList.Scope scope, X509Certificate certificate) {
    boolean authority = certificate.getBasicConstraints() >= 0;
    if (authority ? !scope.caCertificates() : !scope.userCertificates()) {
      return false;
    }
    return scope.distributionPoints().isEmpty()
        || !Collections.disjoint(
            scope.distributionPoints(), RevocationLists.distributionPoints(certificate));
  }

  private static Fault revoked(
      X509Certificate certificate, RevocationList list, X509CRLEntry entry) {
    CRLReason reason = entry.getRevocationReason();
    String why =
        reason == null ? "unspecified" : reason.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return new Fault(
        Reason.REVOKED,
        certificate,
        "it was revoked at " + text(entry.getRevocationDate()) + " (reason: " + why + ", serial: "
            + certificate.getSerialNumber().toString(16) + ", CRL of "
            + text(list.list().getThisUpdate()) + " from " + list.source() + ")");
  }

  private @Nullable Fault dates(X509Certificate certificate, RevocationList list) {
    Date next = list.list().getNextUpdate();
    if (now.isBefore(list.list().getThisUpdate().toInstant())) {
      return new Fault(
          Reason.CRL_NOT_YET_VALID,
          certificate,
          "the CRL of its issuer, from " + list.source() + ", is in force only from "
              + text(list.list().getThisUpdate()) + " (now: " + now + ")");
    }
    if (next != null && now.isAfter(next.toInstant())) {
      return new Fault(
          Reason.CRL_EXPIRED,
          certificate,
          "the CRL of its issuer, from " + list.source() + ", was to be renewed by " + text(next)
              + " (now: " + now + ")");
    }
    return null;
  }

  private String shown() {
    return CertificateText.cut(String.join(
        "; ",
        lists.stream()
            .map(each -> each.list().getIssuerX500Principal().getName())
            .distinct()
            .toList()));
  }

  private static String text(Date date) {
    return date.toInstant().truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
