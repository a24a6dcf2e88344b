package io.reseal.config;

import java.util.List;

/**
 * A whole configuration: what to listen on, whose names to serve, where to send requests and within
 * which bounds. Immutable; equal when everything it says, certificates and keys included, is equal.
 *
 * @param listeners the addresses that accept connections, at least one
 * @param identities the certificates and keys that Reseal shows to clients
 * @param routes the rules that map host and path to an action
 * @param upstreams the groups of endpoints that routes name
 * @param limits the bounds on size and count
 * @param timeouts the bounds on time
 * @param requests how unusual but legal request forms are treated
 * @param runtime settings of the process: transport, TLS provider, event loops
 * @param diagnostics who is told why a request failed
 * @param admin the ports for operators and load balancers
 */
public record ProxyConfig(
    List<Listener> listeners,
    List<ServerIdentity> identities,
    List<Route> routes,
    List<Upstream> upstreams,
    Limits limits,
    Timeouts timeouts,
    RequestPolicy requests,
    RuntimeSettings runtime,
    Diagnostics diagnostics,
    AdminSettings admin) {
  public ProxyConfig {
    listeners = List.copyOf(listeners);
    identities = List.copyOf(identities);
    routes = List.copyOf(routes);
    upstreams = List.copyOf(upstreams);
  }

  /** The same with other settings of the process. */
  public ProxyConfig withRuntime(RuntimeSettings other) {
    return new ProxyConfig(
        listeners,
        identities,
        routes,
        upstreams,
        limits,
        timeouts,
        requests,
        other,
        diagnostics,
        admin);
  }
}
