package io.reseal.core.tls;

/** The outcome of reading a ClientHello. */
public sealed interface ParsedHello {

  /** The message is well formed as far as it was read. */
  record Ok(ClientHello hello) implements ParsedHello {}

  /**
   * The message breaks a rule; the connection is to be refused.
   *
   * @param reason the rule, from a closed set of texts without a peer's bytes: a log token
   * @param alert the TLS alert that answers it
   */
  record Malformed(String reason, int alert) implements ParsedHello {}
}
