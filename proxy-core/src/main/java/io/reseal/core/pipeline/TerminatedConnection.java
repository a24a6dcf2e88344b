package io.reseal.core.pipeline;

/**
 * What is known of a client's connection when its TLS has been ended, or when it has none.
 *
 * @param serverName the SNI, empty for none or cleartext
 * @param policyGroup the policy group of the identity shown, -1 for cleartext
 */
record TerminatedConnection(String serverName, int policyGroup) {
  static final TerminatedConnection CLEARTEXT = new TerminatedConnection("", -1);
}
