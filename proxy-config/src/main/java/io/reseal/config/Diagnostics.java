package io.reseal.config;

import java.net.InetAddress;
import java.util.List;

/**
 * Who is told why a request failed.
 *
 * @param trustedNetworks clients that get the facts of a failure; others get its type and an id
 *     that is in the log. Behind a trusted proxy the client is whom the proxy names. Default: loopback
 */
public record Diagnostics(List<Network> trustedNetworks) {
  public static final Diagnostics DEFAULT = new Diagnostics(List.of(
      new Network(InetAddress.ofLiteral("127.0.0.0"), 8),
      new Network(InetAddress.ofLiteral("::1"), 128)));

  public Diagnostics {
    trustedNetworks = List.copyOf(trustedNetworks);
  }

  /** Whether a client at this address may be told the facts. */
  public boolean trusts(InetAddress client) {
    for (Network network : trustedNetworks) {
      if (network.contains(client)) {
        return true;
      }
    }
    return false;
  }
}
