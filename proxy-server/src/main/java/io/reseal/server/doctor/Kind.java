package io.reseal.server.doctor;

import java.util.Locale;

/** What a finding is about: a closed set, for machines. */
public enum Kind {
  /** A mistake or a warning of the configuration's reader. */
  CONFIGURATION,
  /** The TLS library refuses a key, a certificate or a setting. */
  REFUSED_BY_LIBRARY,
  EXPIRED,
  EXPIRES_SOON,
  NOT_YET_VALID,
  /** The file has the chain in another order than it must be sent in. */
  CHAIN_ORDER,
  ROOT_IN_CHAIN,
  UNRELATED_CERTIFICATE,
  MISSING_INTERMEDIATE,
  COMMON_NAME_ONLY,
  /** An identity is shown for a name that its certificate does not carry. */
  NAME_NOT_COVERED,
  WRONG_USAGE,
  WEAK_KEY,
  WEAK_SIGNATURE,
  /** Another identity's certificate for the same name is newer. */
  OLDER_IDENTITY_SERVED,
  READABLE_KEY,
  KEY_IN_CA_FILE,
  /** A list of revoked certificates is past the time of its next update. */
  CRL_EXPIRED,
  CRL_EXPIRES_SOON,
  NOT_A_CA,
  /** Nothing that the destination CA file trusts can carry an accepted name. */
  NAME_MISMATCH,
  /** The name sent is none of the names accepted. */
  NAME_SENT_NOT_ACCEPTED,
  UNVERIFIED,
  /** Whether a listener's address can be bound, and who answers on it. */
  LISTENER,
  /** Whether an endpoint can be connected. */
  ENDPOINT,
  /** Why a TLS handshake with an endpoint failed. */
  ENDPOINT_TLS;

  /** The word in reports. */
  public String token() {
    return name().toLowerCase(Locale.ROOT);
  }
}
