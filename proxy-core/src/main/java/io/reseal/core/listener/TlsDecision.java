package io.reseal.core.listener;

import io.reseal.core.tls.ServerContext;
import io.reseal.core.upstream.UpstreamPlan;

/** What becomes of a client's TLS connection, decided by its ClientHello. */
public sealed interface TlsDecision {

  /** TLS ends here, with this identity. */
  record Terminate(ServerContext context) implements TlsDecision {}

  /** The bytes go to this upstream as they came. */
  record Passthrough(UpstreamPlan upstream, String route) implements TlsDecision {}

  /**
   * The connection is refused with a TLS alert.
   *
   * @param alert the alert's number
   * @param token the reason, from a closed set
   * @param detail the facts; peer text not yet escaped
   */
  record Refuse(int alert, String token, String detail) implements TlsDecision {}
}
