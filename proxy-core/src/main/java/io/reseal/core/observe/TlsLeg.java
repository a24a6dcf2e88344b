package io.reseal.core.observe;

/**
 * What was negotiated on one of the two TLS connections that an exchange goes over. Empty texts are
 * what there was not, or what the library does not tell.
 *
 * @param version as in {@code TLSv1.3}; empty for cleartext
 * @param cipherSuite as JSSE spells it
 * @param group the named group of the key exchange
 * @param applicationProtocol the ALPN result
 * @param serverName the SNI that was sent
 * @param resumed whether an earlier session was resumed
 * @param clientIdentity whom the certificate names that the client of this connection showed: on the
 *     upstream's leg what Reseal showed; empty for none
 */
public record TlsLeg(
    String version,
    String cipherSuite,
    String group,
    String applicationProtocol,
    String serverName,
    boolean resumed,
    String clientIdentity) {
  /** No TLS. */
  public static final TlsLeg NONE = new TlsLeg("", "", "", "", "", false, "");
}
