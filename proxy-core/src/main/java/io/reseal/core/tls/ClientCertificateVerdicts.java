package io.reseal.core.tls;

import io.reseal.config.KeyPairMaterial;
import io.reseal.core.failure.TlsVerdict;
import io.reseal.core.failure.TlsVerdict.Fact;
import io.reseal.core.failure.TlsVerdict.Reason;
import io.reseal.core.tls.ClientIdentityKeyManager.Asked;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The verdicts on an upstream that asked for a client certificate and then ended the handshake: it
 * got none, none of a kind that it takes, or one that it refused; and on one that let the handshake pass without.
 */
final class ClientCertificateVerdicts {
  private static final int NO_ALERT = -1;
  private static final String CONFIGURE =
      "Configure a client certificate for it (the upstream's tls.clientIdentity: certificate"
          + " and key, signed by a CA that it trusts), or let it not require one.";
  private static final String OTHER_KIND =
      "Issue the client identity for a key of the kind that the upstream takes, most likely RSA"
          + " where it is EC, and EC where it is RSA.";

  private final Asked asked;
  private final int alert;

  private ClientCertificateVerdicts(Asked asked, int alert) {
    this.asked = asked;
    this.alert = alert;
  }

  /** The verdict on an alert after a certificate was asked for; null where it is about others. */
  static @Nullable TlsVerdict of(Asked asked, int alert) {
    return isAboutCertificates(alert)
        ? new ClientCertificateVerdicts(asked, alert).verdict()
        : null;
  }

  /** What to suspect where a certificate was asked for, none was shown, and the handshake went on. */
  static TlsVerdict unanswered(Asked asked) {
    return new ClientCertificateVerdicts(asked, NO_ALERT).unanswered();
  }

  private TlsVerdict unanswered() {
    String got = "the upstream asked for a client certificate";
    KeyPairMaterial identity = asked.identity();
    return identity == null
        ? verdict(
            Reason.CLIENT_CERTIFICATE_REQUIRED,
            got + " and got none, because none is configured",
            CONFIGURE)
        : verdict(
            Reason.CLIENT_CERTIFICATE_REQUIRED,
            got + " with another kind of key than the client identity " + which(identity)
                + ", and got none",
            OTHER_KIND);
  }

  private static boolean isAboutCertificates(int alert) {
    return switch (alert) {
      case TlsAlert.HANDSHAKE_FAILURE,
          TlsAlert.BAD_CERTIFICATE,
          TlsAlert.UNSUPPORTED_CERTIFICATE,
          TlsAlert.CERTIFICATE_REVOKED,
          TlsAlert.CERTIFICATE_EXPIRED,
          TlsAlert.CERTIFICATE_UNKNOWN,
          TlsAlert.UNKNOWN_CA,
          TlsAlert.ACCESS_DENIED,
          TlsAlert.DECRYPT_ERROR,
          TlsAlert.CERTIFICATE_REQUIRED -> true;
      default -> false;
    };
  }

  private TlsVerdict verdict() {
    KeyPairMaterial identity = asked.identity();
    if (identity == null) {
      return verdict(
          Reason.CLIENT_CERTIFICATE_REQUIRED,
          "the upstream asked for a client certificate, got none, and ended the handshake with the"
              + " alert " + TlsAlert.name(alert),
          CONFIGURE);
    }
    if (!asked.shown()) {
      return verdict(
          Reason.CLIENT_CERTIFICATE_REQUIRED,
          "the upstream asked for a client certificate with another kind of key than the client"
              + " identity " + which(identity) + ", got none, and ended the handshake"
              + " with the alert " + TlsAlert.name(alert),
          OTHER_KIND);
    }
    return verdict(
        Reason.CLIENT_CERTIFICATE_REFUSED,
        "the upstream refused the client identity " + named(identity) + " with the alert "
            + TlsAlert.name(alert),
        advice(identity));
  }

  private static String named(KeyPairMaterial identity) {
    return CertificateText.subject(identity.leaf()) + " from " + identity.source();
  }

  private static String which(KeyPairMaterial identity) {
    return named(identity) + " has (" + identity.leaf().getPublicKey().getAlgorithm() + ")";
  }

  private String advice(KeyPairMaterial identity) {
    String issuer = CertificateText.issuer(identity.leaf());
    return switch (alert) {
      case TlsAlert.CERTIFICATE_EXPIRED ->
        "Renew the client identity (tls.clientIdentity of the upstream); it is valid until "
            + CertificateText.validUntil(identity.leaf()) + ".";
      case TlsAlert.CERTIFICATE_REVOKED ->
        "Get a new certificate with a new key for tls.clientIdentity of the upstream: its CA has"
            + " revoked this one.";
      case TlsAlert.UNKNOWN_CA ->
        "The upstream does not trust the issuer " + issuer + ": let it trust that CA, send the"
            + " intermediates in the client identity's certificate file, or get one from a CA that"
            + " it names" + (asked.issuers().isEmpty() ? "." : " (" + issuers() + ").");
      case TlsAlert.UNSUPPORTED_CERTIFICATE ->
        "Issue the client identity with extendedKeyUsage=clientAuth and"
            + " keyUsage=critical,digitalSignature.";
      default ->
        "Look for the reason in the upstream's log; it may not trust the issuer " + issuer
            + ", or not permit this subject.";
    };
  }

  private TlsVerdict verdict(Reason reason, String detail, String advice) {
    List<Fact> facts = new ArrayList<>(8);
    if (alert != NO_ALERT) {
      facts.add(new Fact("alert", TlsAlert.name(alert) + " (" + alert + ")"));
      facts.add(new Fact("alert direction", "received from the upstream"));
    }
    if (!asked.issuers().isEmpty()) {
      facts.add(new Fact("CAs that the upstream names", issuers()));
    }
    KeyPairMaterial identity = asked.identity();
    if (identity != null) {
      facts.add(new Fact("client identity", CertificateText.subject(identity.leaf())));
      facts.add(new Fact("client identity source", identity.source()));
      facts.add(new Fact("issuer", CertificateText.issuer(identity.leaf())));
      facts.add(new Fact("valid until", CertificateText.validUntil(identity.leaf())));
      facts.add(new Fact("fingerprint SHA-256", CertificateText.fingerprint(identity.leaf())));
    }
    return new TlsVerdict(reason, detail, advice, facts);
  }

  private String issuers() {
    return String.join("; ", asked.issuers());
  }
}
