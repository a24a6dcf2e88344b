package io.reseal.core.pipeline;

import io.reseal.core.observe.TlsLeg;

/**
 * What is known of a client's connection when its TLS has been ended, or when it has none.
 *
 * @param serverName the SNI, empty for none or cleartext
 * @param policyGroup the policy group of the identity shown, -1 for cleartext
 * @param tls what was negotiated; nothing before the handshake has ended
 */
record TerminatedConnection(String serverName, int policyGroup, TlsLeg tls) {
  static final TerminatedConnection CLEARTEXT = new TerminatedConnection("", -1, TlsLeg.NONE);

  TerminatedConnection with(TlsLeg negotiated) {
    return new TerminatedConnection(serverName, policyGroup, negotiated);
  }
}
