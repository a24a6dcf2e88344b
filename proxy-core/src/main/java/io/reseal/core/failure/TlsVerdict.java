package io.reseal.core.failure;

import java.util.List;
import java.util.Locale;

/**
 * The exact reason why a TLS handshake failed, with the facts that show it and one sentence that
 * says what to do.
 *
 * @param reason from a closed set: a metric label
 * @param detail the facts in one line, peer text not yet escaped
 * @param advice what mends it
 * @param facts the same facts one by one, for records and pages
 */
public record TlsVerdict(Reason reason, String detail, String advice, List<Fact> facts) {
  public TlsVerdict {
    facts = List.copyOf(facts);
  }

  /** The same with something added to its detail. */
  public TlsVerdict with(String more) {
    return new TlsVerdict(reason, detail + more, advice, facts);
  }

  /** One named fact, as {@code presented names} = {@code shop.example, www.shop.example}. */
  public record Fact(String name, String value) {}

  /** The closed set of reasons. */
  public enum Reason {
    /** A certificate of the chain, or the anchor, has expired. */
    EXPIRED,
    /** A certificate of the chain, or the anchor, becomes valid later. */
    NOT_YET_VALID,
    /** The leaf carries none of the accepted names. */
    NAME_MISMATCH,
    /** The leaf carries an accepted name, but only as common name. */
    COMMON_NAME_ONLY,
    /** The chain ends at an issuer that is not a trust anchor. */
    UNKNOWN_ISSUER,
    /** The chain ends at an issuer with the name of a trust anchor, but another key. */
    SAME_NAME_OTHER_KEY,
    /** The chain most likely ends too early: an intermediate was not sent. */
    MISSING_INTERMEDIATE,
    /** The leaf signed itself and is no trust anchor. */
    SELF_SIGNED,
    /** A certificate's key usage or extended key usage is not for a server (or client). */
    WRONG_USAGE,
    /** A certificate that signed another is not a CA's, or may not sign. */
    NOT_A_CA,
    /** More CA certificates in the chain than one of them allows. */
    PATH_TOO_LONG,
    /** A CA of the chain may not sign for a name of the leaf. */
    NAME_CONSTRAINTS,
    /** A key of the chain is too short. */
    WEAK_KEY,
    /** A certificate of the chain is signed with SHA-1 or MD5. */
    WEAK_SIGNATURE,
    /** A certificate has a critical extension that nobody here knows. */
    UNKNOWN_CRITICAL_EXTENSION,
    /** A certificate of the chain is revoked. */
    REVOKED,
    /** The CRL of an issuer of the chain is past the time of its next update. */
    CRL_EXPIRED,
    /** The CRL of an issuer of the chain is for a time to come. */
    CRL_NOT_YET_VALID,
    /** CRLs are configured, and none is of an issuer of the chain. */
    CRL_MISSING,
    /** A CRL in the name of an issuer of the chain is not signed by it, or not by right. */
    CRL_UNUSABLE,
    /** A certificate cannot be read. */
    MALFORMED_CERTIFICATE,
    /** The peer sent no certificate. */
    NO_CERTIFICATE,
    /** The chain is refused for a reason outside this list, or is too large. */
    CERTIFICATE_REJECTED,
    /** The peer does not speak TLS on this port. */
    PLAINTEXT_ON_TLS_PORT,
    /** The peer speaks TLS where cleartext is spoken. */
    TLS_ON_CLEARTEXT_PORT,
    /** The client's first bytes are neither TLS nor HTTP. */
    NOT_A_CLIENT_HELLO,
    /** The client's ClientHello breaks a rule. */
    MALFORMED_CLIENT_HELLO,
    /** The client's ClientHello is beyond the limit. */
    CLIENT_HELLO_TOO_LARGE,
    /** The listener was taken out of the configuration while the client was connecting. */
    LISTENER_GONE,
    /** No identity is for the server name that the client asks for. */
    UNKNOWN_SERVER_NAME,
    /** The client refuses the certificate that it is shown. */
    SERVER_CERTIFICATE_REFUSED,
    /** The upstream insists on a client certificate, and none is configured for it. */
    CLIENT_CERTIFICATE_REQUIRED,
    /** The upstream asked for a client certificate, and refused the one that it was shown. */
    CLIENT_CERTIFICATE_REFUSED,
    /** No TLS version in common. */
    PROTOCOL_MISMATCH,
    /** No cipher suite, group or signature algorithm in common. */
    CIPHER_MISMATCH,
    /** No application protocol in common. */
    ALPN_MISMATCH,
    /** The peer does not know the server name. */
    SERVER_NAME_REJECTED,
    /** The peer ended the handshake with an alert that has no reason of its own here. */
    ALERT_RECEIVED,
    /** The handshake took too long. */
    HANDSHAKE_TIMED_OUT,
    /** The connection ended within the handshake. */
    CLOSED_IN_HANDSHAKE,
    /** The handshake failed for a reason outside this list. */
    HANDSHAKE_FAILED;

    private final String token = name().toLowerCase(Locale.ROOT);

    /** The reason as a metric label and log token: lower case with underscores. */
    public String token() {
      return token;
    }
  }
}
