package io.reseal.core.pipeline;

import io.reseal.config.ClientAuth;
import io.reseal.config.TlsVersions;
import io.reseal.core.observe.TlsLeg;
import io.reseal.core.tls.ClientPolicy;
import io.reseal.core.tls.ServerContext;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a client's connection when its TLS has been ended, or when it has none.
 *
 * @param serverName the SNI, empty for none or cleartext
 * @param context the identity shown, null for cleartext
 * @param versions what the listener allowed when the identity was chosen, empty for cleartext
 * @param tls what was negotiated; nothing before the handshake has ended
 */
record TerminatedConnection(
    String serverName,
    @Nullable ServerContext context,
    Optional<TlsVersions> versions,
    TlsLeg tls) {
  static final TerminatedConnection CLEARTEXT =
      new TerminatedConnection("", null, Optional.empty(), TlsLeg.NONE);

  TerminatedConnection with(TlsLeg negotiated) {
    return new TerminatedConnection(serverName, context, versions, negotiated);
  }

  /** The policy group of the identity shown, -1 for cleartext. */
  int policyGroup() {
    return context == null ? -1 : context.policyGroup();
  }

  /** What the client was asked for. */
  ClientAuth clientAuth() {
    return context == null ? ClientAuth.NOT_ASKED : context.clientAuth();
  }

  /** The same, for comparison. */
  ClientPolicy proven() {
    return context == null ? ClientPolicy.NONE : context.clientPolicy();
  }
}
