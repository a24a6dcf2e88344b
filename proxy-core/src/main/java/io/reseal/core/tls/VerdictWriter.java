package io.reseal.core.tls;

import io.reseal.core.failure.TlsVerdict;
import io.reseal.core.failure.TlsVerdict.Fact;
import io.reseal.core.failure.TlsVerdict.Reason;
import io.reseal.core.tls.PathFinder.DeadEnd;
import io.reseal.core.tls.PathValidation.Fault;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The author of verdicts on certificates: each with every fact that shows it and one sentence that
 * says what to do. One writer per verification.
 */
final class VerdictWriter {
  private static final String AUTHORITY_INFO_ACCESS = "1.3.6.1.5.5.7.1.1";
  private static final Pattern INTERMEDIATE_NAME =
      Pattern.compile("\\b(intermediate|issuing|subordinate|sub ca)\\b");

  private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9._:*-]+");

  private final PeerWords words;
  private final AnchorSet anchors;
  private final List<String> accepted;
  private final Instant now;
  private List<X509Certificate> chain = List.of();
  private @Nullable NameCheck names;

  /**
   * @param accepted the names of which the certificate must carry one; none where names do not
   *     matter
   */
  VerdictWriter(PeerWords words, AnchorSet anchors, List<String> accepted, Instant now) {
    this.words = words;
    this.anchors = anchors;
    this.accepted = accepted;
    this.now = now;
  }

  /** Says what the verdict will be about: a readable chain, the leaf first. */
  void about(List<X509Certificate> chain, NameCheck names) {
    this.chain = chain;
    this.names = names;
  }

  TlsVerdict noCertificate() {
    return verdict(
        Reason.NO_CERTIFICATE,
        words.peer() + " presented no certificate",
        words == PeerWords.UPSTREAM
            ? "Configure a certificate at the upstream."
            : "Give the client a certificate that one of the configured CAs has signed, and its key"
                + " (curl: --cert and --key); or set clientAuth.mode: optional for the identity.");
  }

  TlsVerdict tooManyCertificates(int count) {
    return verdict(
        Reason.CERTIFICATE_REJECTED,
        words.peer() + " presented " + count + " certificates (expected: at most "
            + PathFinder.MAX_PRESENTED + ")",
        "Let " + words.peer() + " send its own certificate and its intermediates only.");
  }

  TlsVerdict malformed(Exception unreadable) {
    return verdict(
        Reason.MALFORMED_CERTIFICATE,
        "the certificate cannot be read: "
            + CertificateText.cut(String.valueOf(unreadable.getMessage())),
        "Issue the certificate again with a tool that encodes it correctly, and look at it with:"
            + " openssl x509 -in cert.pem -noout -text");
  }

  TlsVerdict nameMismatch() {
    return verdict(
        Reason.NAME_MISMATCH,
        "the certificate is for " + presentedNames() + " (accepted: " + acceptedNames() + ")",
        accepted.isEmpty()
            ? "Give the upstream acceptedNames; nothing says which name its certificate must carry."
            : "Issue the certificate with " + alternativeNames()
                + ", or add a name that it carries to the upstream's acceptedNames.");
  }

  TlsVerdict commonNameOnly() {
    String san = alternativeNames();
    return verdict(
        Reason.COMMON_NAME_ONLY,
        "the certificate carries its name only as common name (" + commonName()
            + "), which is no longer a name to verify (RFC 9525); accepted: " + acceptedNames(),
        "Issue it again with a subject alternative name: openssl req -new -key key.pem -subj \"/CN="
            + inCommand(accepted.getFirst()) + "\" -addext \"subjectAltName=" + san
            + "\" -out csr.pem && openssl x509"
            + " -req -in csr.pem -CA ca.crt -CAkey ca.key -CAcreateserial -days 365 -copy_extensions"
            + " copy -out cert.pem (before OpenSSL 3: -extfile <(printf \"subjectAltName=" + san
            + "\")), or set commonNameFallback: true for this upstream.");
  }

  TlsVerdict badPath(Fault fault) {
    boolean leaf = fault.culprit().equals(chain.getFirst());
    String which = (leaf ? "the certificate " : "the CA certificate ")
        + CertificateText.subject(fault.culprit());
    return verdict(fault.reason(), which + ": " + fault.what(), adviceFor(fault.reason(), leaf));
  }

  private String adviceFor(Reason reason, boolean leaf) {
    String renew =
        leaf ? "Renew " + words.certificate() : "Renew that CA certificate, and what it signed";
    return switch (reason) {
      case EXPIRED -> renew + "; check the clock of this machine if it looks valid.";
      case NOT_YET_VALID ->
        "Check the clock of this machine and of the one that issued the certificate; wait, or issue"
            + " it again.";
      case WEAK_KEY ->
        renew + " with a stronger key: openssl ecparam -name prime256v1 -genkey -noout -out"
            + " key.pem";
      case WEAK_SIGNATURE -> renew + " with a SHA-256 signature: openssl x509 -req -sha256 ...";
      case NOT_A_CA ->
        "Issue that CA certificate with basicConstraints=critical,CA:TRUE and"
            + " keyUsage=critical,keyCertSign,cRLSign, or sign " + words.certificate()
            + " by a CA.";
      case PATH_TOO_LONG ->
        "Sign " + words.certificate() + " by a CA nearer to that one, or issue that one with a"
            + " larger pathlen.";
      case NAME_CONSTRAINTS ->
        "Ask the CA for a certificate under the names that it may sign, or use another CA.";
      case WRONG_USAGE ->
        "Issue the certificate with extendedKeyUsage=" + words.purpose() + " and"
            + " keyUsage=critical,digitalSignature.";
      case UNKNOWN_CRITICAL_EXTENSION ->
        "Issue the certificate without that extension, or with the extension not critical.";
      case REVOKED ->
        leaf
            ? "Give " + words.peer() + " a new certificate with a new key; if it was revoked by"
                + " mistake, the CA must issue it again: a revocation is final."
            : "That CA certificate may no longer be trusted: have " + words.certificate()
                + " signed by its successor.";
      case CRL_EXPIRED ->
        "Get the CA's present CRL, and put it in the place of that one in " + words.listsKey()
            + "; check the clock of this machine if it looks in force.";
      case CRL_NOT_YET_VALID ->
        "Check the clock of this machine and of the one that signed the CRL; wait, or get another.";
      case CRL_MISSING ->
        "Add the CRL of that issuer to " + words.listsKey() + "; where CRLs are configured, every"
            + " certificate below the trusted CA needs one. An empty one is made by: openssl ca"
            + " -gencrl";
      case CRL_UNUSABLE ->
        "Get the CRL that the issuer itself signs now, with SHA-256, and put it into "
            + words.listsKey() + ". Check: openssl crl -in CRL -noout -CAfile CA";
      default -> words.look();
    };
  }

  TlsVerdict noPath(DeadEnd deadEnd) {
    X509Certificate leaf = chain.getFirst();
    X509Certificate top = deadEnd.longest().getLast();
    if (deadEnd.sameNameOtherKey() != null) {
      return verdict(
          Reason.SAME_NAME_OTHER_KEY,
          "the certificate's issuer " + CertificateText.issuer(top)
              + " has the name of a configured CA, but another key",
          "The CA was made anew: put its present certificate into " + words.anchorsKey()
              + ", or sign " + words.certificate() + " by the configured one. Compare: openssl x509"
              + " -in ca.crt -noout -fingerprint -sha256");
    }
    if (PathFinder.isSelfSigned(leaf)) {
      return verdict(
          Reason.SELF_SIGNED,
          "the certificate is signed by itself and is not a configured CA (configured: "
              + anchors.subjects() + ")",
          "If this certificate is meant to be trusted, put it into " + words.anchorsKey()
              + "; else have it signed by that CA.");
    }
    if (looksLikeMissingIntermediate(top)) {
      return verdict(
          Reason.MISSING_INTERMEDIATE,
          words.peer() + " does not send the certificate of its issuer "
              + CertificateText.issuer(top)
              + " (configured CA: " + anchors.subjects() + ")",
          "Let " + words.peer() + " send the full chain: its certificate, then each intermediate"
              + (words == PeerWords.UPSTREAM ? " (nginx: ssl_certificate fullchain.pem)" : "")
              + ", or add the issuer to " + words.anchorsKey() + ".");
    }
    return verdict(
        Reason.UNKNOWN_ISSUER,
        "the certificate is issued by " + CertificateText.issuer(top)
            + ", which is not a configured CA (configured: " + anchors.subjects() + ")",
        "Put the certificate of that issuer into " + words.anchorsKey() + ", or have "
            + words.certificate() + " signed by the configured CA.");
  }

  /*
   * Whether the chain merely stops too early cannot be known from a chain that stops. Signs of it:
   * the peer sends nothing but its own certificate, and that one says where its issuer's is to
   * be had, or the issuer is named as an intermediate, or like a relative of a configured CA.
   */
  private boolean looksLikeMissingIntermediate(X509Certificate top) {
    if (!top.equals(chain.getFirst())) {
      return false;
    }
    String issuer = top.getIssuerX500Principal().getName();
    return top.getExtensionValue(AUTHORITY_INFO_ACCESS) != null
        || INTERMEDIATE_NAME.matcher(issuer.toLowerCase(Locale.ROOT)).find()
        || anchors.hasOrganisationOf(top.getIssuerX500Principal());
  }

  private TlsVerdict verdict(Reason reason, String detail, String advice) {
    return new TlsVerdict(reason, detail, advice, facts());
  }

  private List<Fact> facts() {
    List<Fact> facts = new ArrayList<>(12);
    if (words == PeerWords.UPSTREAM) {
      facts.add(new Fact("accepted names", acceptedNames()));
    }
    facts.add(new Fact("configured CA", anchors.subjects()));
    facts.add(new Fact("configured CA source", anchors.source()));
    facts.add(new Fact("checked at", now.toString()));
    if (!chain.isEmpty()) {
      X509Certificate leaf = chain.getFirst();
      facts.add(new Fact("presented names", presentedNames()));
      facts.add(new Fact("subject", CertificateText.subject(leaf)));
      facts.add(new Fact("issuer", CertificateText.issuer(leaf)));
      facts.add(new Fact("valid from", CertificateText.validFrom(leaf)));
      facts.add(new Fact("valid until", CertificateText.validUntil(leaf)));
      facts.add(new Fact("fingerprint SHA-256", CertificateText.fingerprint(leaf)));
      facts.add(new Fact("chain", chainSubjects()));
    }
    return facts;
  }

  private String chainSubjects() {
    return String.join(
        " | ", chain.stream().limit(8).map(CertificateText::subject).toList());
  }

  private String presentedNames() {
    return names == null ? "none" : CertificateText.cut(names.shown());
  }

  private String commonName() {
    return names == null ? "" : CertificateText.cut(names.commonName());
  }

  private String acceptedNames() {
    return accepted.isEmpty() ? "none" : CertificateText.cut(String.join(", ", accepted));
  }

  /** The accepted names as OpenSSL wants them in subjectAltName. */
  private String alternativeNames() {
    return String.join(
        ",",
        accepted.stream()
            .map(name -> (PeerNames.isAddress(name) ? "IP:" : "DNS:") + inCommand(name))
            .toList());
  }

  /** A name where people paste it into a shell: one with other characters is left for them. */
  private static String inCommand(String name) {
    return PLAIN_NAME.matcher(name).matches() ? name : "NAME";
  }
}
