package io.reseal.config;

import java.util.List;

/**
 * A named set of addresses that accept connections under one policy.
 *
 * @param name unique among listeners
 * @param addresses where to listen, at least one; IPv4 and IPv6 literals
 * @param security TLS or cleartext
 * @param trustedPeers networks whose inbound {@code Forwarded} and {@code X-Forwarded-*} fields are
 *     believed and extended; from anyone else they are dropped. Default: none
 * @param maxConnections open connections of this listener over all its addresses; beyond it new
 *     ones are closed at once and counted
 * @param maxConnectionsPerSource open connections from one source address; the same consequence
 */
public record Listener(
    String name,
    List<HostPort> addresses,
    ListenerSecurity security,
    List<Network> trustedPeers,
    int maxConnections,
    int maxConnectionsPerSource) {
  public static final int DEFAULT_MAX_CONNECTIONS = 20_000;
  public static final int DEFAULT_MAX_CONNECTIONS_PER_SOURCE = 5_000;

  public Listener {
    addresses = List.copyOf(addresses);
    trustedPeers = List.copyOf(trustedPeers);
  }
}
