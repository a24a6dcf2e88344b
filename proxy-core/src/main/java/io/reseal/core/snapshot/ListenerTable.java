package io.reseal.core.snapshot;

import io.reseal.config.ClientAuth;
import io.reseal.config.Listener;
import io.reseal.config.Network;
import io.reseal.core.tls.ClientPolicy;
import io.reseal.core.tls.ServerContext;
import io.reseal.core.tls.ServerContexts;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * What one listener serves.
 *
 * @param config the listener as configured
 * @param tls the identities to show, null for a cleartext listener
 * @param hosts the routes by host
 */
public record ListenerTable(Listener config, @Nullable ServerContexts tls, HostTable hosts) {

  /**
   * Whether a connection that was let in under an earlier snapshot would be let in here, so that it
   * may stay open.
   *
   * @param serverName the SNI of the connection, empty for none or cleartext
   * @param isTls whether it was made with TLS
   * @param proven what its client had to prove
   */
  public boolean admits(String serverName, boolean isTls, ClientPolicy proven) {
    if (tls == null || !isTls) {
      return tls == null && !isTls;
    }
    ServerContext context = terminating(serverName);
    return context != null && context.clientPolicy().equals(proven);
  }

  /** What clients of a server name have to prove; null where it is not terminated here. */
  public @Nullable ClientAuth clientAuth(String serverName) {
    ServerContext context = terminating(serverName);
    return context == null ? null : context.clientAuth();
  }

  private @Nullable ServerContext terminating(String serverName) {
    HostRoutes routes = hosts.lookup(serverName);
    boolean passedThrough = routes != null && routes.passthrough() != null;
    return tls == null || passedThrough ? null : tls.select(serverName);
  }

  /**
   * Whether a client that has proven this may be served for a host: exactly what the host's
   * identity asks for. True on a cleartext listener, where nobody can prove anything.
   */
  boolean isProven(String host, ClientPolicy proven) {
    ServerContexts contexts = tls;
    if (contexts == null || !contexts.asksClients() && proven.equals(ClientPolicy.NONE)) {
      return true;
    }
    ServerContext context = contexts.select(host);
    return proven.equals(context == null ? ClientPolicy.NONE : context.clientPolicy());
  }

  /** Whether forwarding fields from this peer are believed. */
  public boolean trustsPeer(InetAddress peer) {
    for (Network network : config.trustedPeers()) {
      if (network.contains(peer)) {
        return true;
      }
    }
    return false;
  }
}
