package io.reseal.core.snapshot;

import io.reseal.config.Listener;
import io.reseal.config.Network;
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
