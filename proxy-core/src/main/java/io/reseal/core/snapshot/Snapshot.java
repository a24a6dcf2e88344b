package io.reseal.core.snapshot;

import io.reseal.config.ProxyConfig;
import io.reseal.core.http.CanonicalRequest;
import io.reseal.core.snapshot.RoutingDecision.NotServed;
import io.reseal.core.tls.ClientPolicy;
import io.reseal.core.tls.ServerContext;
import io.reseal.core.tls.ServerContexts;
import io.reseal.core.tls.UpstreamTlsContext;
import io.reseal.core.upstream.UpstreamPlan;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A configuration compiled to the tables that the event loops read. Immutable and shared by all
 * loops; owns the TLS contexts in it until {@link #release}.
 *
 * @param listeners by name
 * @param upstreams in no order that means anything
 */
public record Snapshot(
    ProxyConfig config,
    CanonicalRequest canonicalRequest,
    Map<String, ListenerTable> listeners,
    List<UpstreamPlan> upstreams) {
  public Snapshot {
    listeners = Map.copyOf(listeners);
    upstreams = List.copyOf(upstreams);
  }

  /** The table of a listener, null for one that the configuration has no more. */
  public @Nullable ListenerTable listener(String name) {
    return listeners.get(name);
  }

  /**
   * Whether a connection that was let in under an earlier snapshot would be let in under this one,
   * so that it may stay open.
   *
   * @param serverName the SNI of the connection, empty for none or cleartext
   * @param tls whether it was made with TLS
   * @param proven what its client had to prove
   */
  public boolean admits(String listener, String serverName, boolean tls, ClientPolicy proven) {
    ListenerTable table = listener(listener);
    ServerContexts contexts = table == null ? null : table.tls();
    if (table == null || tls != (contexts != null)) {
      return false;
    }
    if (contexts == null) {
      return true;
    }
    HostRoutes routes = table.hosts().lookup(serverName);
    boolean passedThrough = routes != null && routes.passthrough() != null;
    ServerContext context = contexts.select(serverName);
    return !passedThrough && context != null && context.clientPolicy().equals(proven);
  }

  /**
   * Whether a connection may carry requests for a host: it was made for that host, or for another
   * of the same identity. A cleartext connection belongs to a cleartext listener only.
   */
  private static boolean belongs(
      ListenerTable table, String serverName, int policyGroup, String host) {
    ServerContexts tls = table.tls();
    if (tls == null || policyGroup < 0) {
      return tls == null && policyGroup < 0;
    }
    if (serverName.isEmpty() || serverName.equals(host)) {
      return true;
    }
    ServerContext context = tls.select(host);
    return context != null && context.policyGroup() == policyGroup;
  }

  /**
   * What becomes of a request.
   *
   * @param listener the name of the listener that it came by
   * @param serverName the SNI of its connection, empty for none or cleartext
   * @param policyGroup the policy group of its connection, -1 for cleartext
   * @param proven what its client had to prove
   * @param host the host asked for, in lower case; empty for none
   * @param routingPath the normalised path without parameters
   */
  public RoutingDecision route(
      String listener,
      String serverName,
      int policyGroup,
      ClientPolicy proven,
      String host,
      String routingPath) {
    ListenerTable table = listener(listener);
    if (table == null) {
      return NotServed.OTHER_POLICY;
    }
    HostRoutes routes = table.hosts().lookup(host);
    if (routes == null) {
      return NotServed.UNKNOWN_HOST;
    }
    if (routes.passthrough() != null) {
      return NotServed.PASSED_THROUGH;
    }
    if (!belongs(table, serverName, policyGroup, host) || !table.isProven(host, proven)) {
      return NotServed.OTHER_POLICY;
    }
    RoutePlan plan = routes.route(routingPath);
    return plan == null ? NotServed.UNKNOWN_PATH : plan;
  }

  /** Gives the TLS contexts back; connections that use them keep what they need. */
  public void release() {
    for (ListenerTable listener : listeners.values()) {
      ServerContexts tls = listener.tls();
      if (tls != null) {
        tls.release();
      }
    }
    for (UpstreamPlan upstream : upstreams) {
      UpstreamTlsContext tls = upstream.tlsContext();
      if (tls != null) {
        tls.release();
      }
    }
  }
}
