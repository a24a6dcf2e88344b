package io.reseal.core.tls;

import java.util.List;

/**
 * What the first message of a TLS client says about where it wants to go.
 *
 * @param serverName the server name (SNI) in lower case without a trailing dot; empty for none
 * @param alpn the application protocols offered, in the client's order; at most {@link
 *     ClientHelloParser#MAX_ALPN_NAMES} of them
 * @param offersTls13 whether TLS 1.3 is offered
 * @param offersTls12 whether TLS 1.2 is offered
 */
public record ClientHello(
    String serverName, List<String> alpn, boolean offersTls13, boolean offersTls12) {
  public ClientHello {
    alpn = List.copyOf(alpn);
  }

  /** Whether the client named the server it wants. */
  public boolean hasServerName() {
    return !serverName.isEmpty();
  }

  /** Whether the client offers a version that Reseal speaks at all. */
  public boolean offersModernTls() {
    return offersTls13 || offersTls12;
  }
}
