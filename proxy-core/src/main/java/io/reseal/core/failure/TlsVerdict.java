package io.reseal.core.failure;

import java.util.List;

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

  /** One named fact, as {@code presented names} = {@code shop.example, www.shop.example}. */
  public record Fact(String name, String value) {}

  /** The closed set of reasons. */
  public enum Reason {
    EXPIRED,
    NOT_YET_VALID,
    NAME_MISMATCH,
    COMMON_NAME_ONLY,
    UNKNOWN_ISSUER,
    SAME_NAME_OTHER_KEY,
    MISSING_INTERMEDIATE,
    SELF_SIGNED,
    WRONG_USAGE,
    NOT_A_CA,
    PATH_TOO_LONG,
    NAME_CONSTRAINTS,
    WEAK_KEY,
    WEAK_SIGNATURE,
    UNKNOWN_CRITICAL_EXTENSION,
    REVOKED,
    MALFORMED_CERTIFICATE,
    NO_CERTIFICATE,
    CERTIFICATE_REJECTED,
    PLAINTEXT_ON_TLS_PORT,
    CLIENT_CERTIFICATE_REQUIRED,
    PROTOCOL_MISMATCH,
    CIPHER_MISMATCH,
    ALPN_MISMATCH,
    SERVER_NAME_REJECTED,
    ALERT_RECEIVED,
    HANDSHAKE_TIMED_OUT,
    CLOSED_IN_HANDSHAKE,
    HANDSHAKE_FAILED;

    /** The reason as a metric label and log token: lower case with underscores. */
    public String token() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }
}
