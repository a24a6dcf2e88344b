package io.reseal.core.snapshot;

import io.reseal.config.ProxyConfig;
import io.reseal.core.http.CanonicalRequest;
import io.reseal.core.snapshot.RoutingDecision.NotServed;
import io.reseal.core.tls.ServerContext;
import io.reseal.core.tls.ServerContexts;
import io.reseal.core.tls.UpstreamTlsContext;
import io.reseal.core.upstream.UpstreamPlan;
import java.util.List;
import java.util.Map;

/**
 * A configuration compiled to the tables that the event loops read. Immutable and shared by all
 * loops; owns the TLS contexts in it until {@link #release}.
 *
 * @param listeners by name
 * @param upstreams each at the position of its index
 * @param isJournalled whether something is noted of every exchange: for the access log, for traces
 *     or ids
 */
public record Snapshot(
    ProxyConfig config,
    CanonicalRequest canonicalRequest,
    Map<String, ListenerTable> listeners,
    List<UpstreamPlan> upstreams,
    boolean isJournalled) {
  public Snapshot {
    listeners = Map.copyOf(listeners);
    upstreams = List.copyOf(upstreams);
  }

  /** The table of a listener that this snapshot was compiled with. */
  public ListenerTable listener(String name) {
    ListenerTable table = listeners.get(name);
    if (table == null) {
      throw new IllegalArgumentException(
          "listener: " + name + " (expected: one of " + listeners.keySet() + ")");
    }
    return table;
  }

  /**
   * The TLS policy group of a host on a listener: a connection made for one group must not carry
   * requests for another. -1 where no identity may be shown for the host.
   */
  public int policyGroup(String listener, String host) {
    ServerContexts tls = listener(listener).tls();
    ServerContext context = tls == null ? null : tls.select(host);
    return context == null ? -1 : context.policyGroup();
  }

  /**
   * What becomes of a request.
   *
   * @param listener the name of the listener that it came by
   * @param serverName the SNI of its connection, empty for none or cleartext
   * @param policyGroup the policy group of its connection, -1 for cleartext
   * @param host the host asked for, in lower case; empty for none
   * @param routingPath the normalised path without parameters
   */
  public RoutingDecision route(
      String listener, String serverName, int policyGroup, String host, String routingPath) {
    HostRoutes routes = listener(listener).hosts().lookup(host);
    if (routes == null) {
      return NotServed.UNKNOWN_HOST;
    }
    if (routes.passthrough() != null) {
      return NotServed.PASSED_THROUGH;
    }
    boolean belongsHere = policyGroup < 0
        || serverName.isEmpty()
        || serverName.equals(host)
        || policyGroup(listener, host) == policyGroup;
    if (!belongsHere) {
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
