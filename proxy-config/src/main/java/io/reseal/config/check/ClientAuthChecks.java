package io.reseal.config.check;

import io.reseal.config.ClientAuth;
import io.reseal.config.HostPattern;
import io.reseal.config.Listener;
import io.reseal.config.ListenerSecurity;
import io.reseal.config.ProxyConfig;
import io.reseal.config.Route;
import io.reseal.config.ServerIdentity;

/**
 * The rule that a host whose clients must show certificates is not served in cleartext unnoticed,
 * where nobody can show any.
 */
final class ClientAuthChecks {
  private final ProxyConfig config;
  private final Findings findings;

  ClientAuthChecks(ProxyConfig config, Findings findings) {
    this.config = config;
    this.findings = findings;
  }

  void run() {
    for (ServerIdentity identity : config.identities()) {
      if (identity.clientAuth() instanceof ClientAuth.Asked) {
        for (Listener listener : config.listeners()) {
          if (listener.security() instanceof ListenerSecurity.Cleartext) {
            check(identity, listener);
          }
        }
      }
    }
  }

  private void check(ServerIdentity identity, Listener listener) {
    for (Route route : config.routes()) {
      boolean forwards = route instanceof Route.Reencrypt || route instanceof Route.Offload;
      boolean served = route.listeners().isEmpty() || route.listeners().contains(listener.name());
      if (!forwards || !served) {
        continue;
      }
      for (HostPattern host : route.hosts()) {
        if (identity.serverNames().stream().anyMatch(name -> meets(name, host))) {
          warn(identity, listener, route, host);
        }
      }
    }
  }

  private void warn(ServerIdentity identity, Listener listener, Route route, HostPattern host) {
    findings.warn(
        findings.of("route", route.name(), CrossChecks.actionOf(route)),
        "host " + host + " is served without client certificates on the cleartext listener "
            + UserText.quoted(listener.name()),
        "identity " + UserText.quoted(identity.name()) + " with clientAuth",
        "a route for TLS listeners only",
        "Name the route's listeners; whoever reaches this one needs no certificate.");
  }

  /** Whether some host is both under the server name and under the pattern. */
  private static boolean meets(String serverName, HostPattern host) {
    String pattern = host.toString();
    if (host instanceof HostPattern.Any || pattern.equals(serverName)) {
      return true;
    }
    boolean oneIsWildcard = serverName.startsWith("*.") != pattern.startsWith("*.");
    return oneIsWildcard && parent(serverName).equals(parent(pattern));
  }

  private static String parent(String name) {
    return name.substring(name.indexOf('.') + 1);
  }
}
