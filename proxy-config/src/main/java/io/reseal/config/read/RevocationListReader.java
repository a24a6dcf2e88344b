package io.reseal.config.read;

import io.reseal.config.Location;
import io.reseal.config.RevocationList;
import io.reseal.config.check.Findings;
import io.reseal.config.pem.PemException;
import io.reseal.config.pem.RevocationLists;
import java.security.GeneralSecurityException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.security.auth.x500.X500Principal;

/**
 * The reader of certificate revocation lists. What cannot be used is an error: a list must never
 * come to mean "nothing is revoked".
 */
final class RevocationListReader {
  private static final String DER = "the file is DER, not PEM";

  private final Findings findings;
  private final PemReader pem;
  private final Instant now = Instant.now();

  RevocationListReader(Findings findings, PemReader pem) {
    this.findings = findings;
    this.pem = pem;
  }

  /**
   * Every list under a key.
   *
   * @param authorities the CAs that are trusted; none where they are the system's
   */
  List<RevocationList> lists(Section section, String key, List<X509Certificate> authorities) {
    List<RevocationList> lists = new ArrayList<>();
    for (Section.Text text : section.texts(key)) {
      List<RevocationList> read = read(text);
      lists.addAll(read);
      for (RevocationList list : read) {
        checkDates(text.location(), list);
        checkIssuer(text.location(), list, authorities);
      }
    }
    if (!lists.isEmpty()) {
      warnAboutUncovered(section.at(key), lists, authorities);
    }
    return lists;
  }

  private List<RevocationList> read(Section.Text text) {
    try {
      return RevocationLists.all(pem.load(text.value()));
    } catch (PemException broken) {
      pem.report(
          text.location(),
          broken.what().equals(DER)
              ? new PemException(
                  DER,
                  broken.found(),
                  "-----BEGIN X509 CRL-----",
                  "Convert it: openssl crl -inform der -in FILE -out FILE.pem")
              : broken,
          pem.sourceOf(text.value()));
      return List.of();
    }
  }

  private void checkDates(Location at, RevocationList list) {
    X509CRL crl = list.list();
    String issuer = crl.getIssuerX500Principal().toString();
    Date next = crl.getNextUpdate();
    if (crl.getThisUpdate().toInstant().isAfter(now)) {
      findings.warn(
          at,
          CertificateWarnings.CRL_NOT_YET_VALID,
          issuer + " from " + crl.getThisUpdate().toInstant(),
          "an earlier start",
          "Until then every certificate of this CA is refused. Check the clock, or wait.");
    } else if (next != null && next.toInstant().isBefore(now)) {
      findings.warn(
          at,
          CertificateWarnings.CRL_EXPIRED,
          issuer + " on " + next.toInstant(),
          "a later next update",
          "Every certificate of this CA is refused until the list is renewed: get the CA's present"
              + " one.");
    } else if (next == null) {
      findings.warn(
          at,
          CertificateWarnings.CRL_WITHOUT_END,
          issuer,
          "a time of the next update",
          "It is believed for ever; nobody can tell whether a newer one is missing.");
    }
  }

  private void checkIssuer(Location at, RevocationList list, List<X509Certificate> authorities) {
    X500Principal issuer = list.list().getIssuerX500Principal();
    List<X509Certificate> named = authorities.stream()
        .filter(each -> each.getSubjectX500Principal().equals(issuer))
        .toList();
    if (authorities.isEmpty() || named.stream().anyMatch(each -> isSigned(list, each))) {
      return;
    }
    if (named.isEmpty()) {
      findings.warn(
          at,
          CertificateWarnings.CRL_OF_OTHER_CA,
          issuer.toString(),
          "a list of " + subjects(authorities),
          "It counts only for certificates of that CA, where a peer sends its certificate as an"
              + " intermediate; else name the list of a CA that is trusted here.");
    } else {
      findings.error(
          at,
          "the revocation list is not signed by the CA that it names",
          issuer + ", signed by another key",
          "a list signed by the key of the trusted CA of that name",
          "The CA was made anew, or the list is not its own: get its present list. Check: openssl"
              + " crl -noout -in CRL -CAfile CA");
    }
  }

  private static boolean isSigned(RevocationList list, X509Certificate authority) {
    try {
      list.list().verify(authority.getPublicKey());
      return true;
    } catch (GeneralSecurityException differs) {
      return false;
    }
  }

  /** A trusted CA that has no list can no longer vouch for anybody. */
  private void warnAboutUncovered(
      Location at, List<RevocationList> lists, List<X509Certificate> authorities) {
    Set<X500Principal> covered = new HashSet<>();
    lists.forEach(each -> covered.add(each.list().getIssuerX500Principal()));
    for (X509Certificate authority : authorities) {
      X500Principal subject = authority.getSubjectX500Principal();
      if (authority.getBasicConstraints() >= 0 && covered.add(subject)) {
        findings.warn(
            at,
            CertificateWarnings.CRL_MISSING,
            subject.toString(),
            "a list of each trusted CA",
            "Certificates that it issued are refused; add its revocation list.");
      }
    }
  }

  private static String subjects(List<X509Certificate> authorities) {
    return String.join(
        "; ",
        authorities.stream()
            .limit(4)
            .map(each -> each.getSubjectX500Principal().toString())
            .toList());
  }
}
