package io.reseal.core.snapshot;

import io.reseal.config.HostPort;
import io.reseal.config.Listener;
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
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A configuration compiled to the tables that the event loops read. Immutable and shared by all
 * loops; owns the TLS contexts in it until {@link #release}.
 *
 * @param listeners by name
 * @param byAddress the same by each address that they are configured with, without those of any port
 * @param passedOn the names of listeners that belonged to others before: a connection from then that
 *     has lost its address is not theirs
 * @param upstreams in no order that means anything
 * @param isJournalled whether something is noted of every exchange: for the access log, for traces
 *     or ids
 */
public record Snapshot(
    ProxyConfig config,
    CanonicalRequest canonicalRequest,
    Map<String, ListenerTable> listeners,
    Map<HostPort, ListenerTable> byAddress,
    Set<String> passedOn,
    List<UpstreamPlan> upstreams,
    boolean isJournalled) {
  public Snapshot {
    listeners = Map.copyOf(listeners);
    byAddress = Map.copyOf(byAddress);
    passedOn = Set.copyOf(passedOn);
    upstreams = List.copyOf(upstreams);
  }

  /** The table of a listener, null for one that the configuration has no more. */
  public @Nullable ListenerTable listener(String name) {
    return listeners.get(name);
  }

  /**
   * The table for connections that came in somewhere: of the listener that has the address, whatever
   * its name, else of the one that has kept the name, whatever its address; null where there is
   * neither.
   */
  public @Nullable ListenerTable listener(ListenerAddress at) {
    ListenerTable table = byAddress.get(at.address());
    return table != null || passedOn.contains(at.listener()) ? table : listeners.get(at.listener());
  }

  /**
   * The table that a listener of a later configuration goes on from: of its name, else of one of its
   * addresses, as when it is renamed; null for a new one.
   */
  public @Nullable ListenerTable before(Listener later) {
    ListenerTable table = listeners.get(later.name());
    for (HostPort address : later.addresses()) {
      table = table != null ? table : byAddress.get(address);
    }
    return table;
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
   * @param table the listener that it came by, null for one that is no more
   * @param serverName the SNI of its connection, empty for none or cleartext
   * @param policyGroup the policy group of its connection, -1 for cleartext
   * @param proven what its client had to prove
   * @param host the host asked for, in lower case; empty for none
   * @param routingPath the normalised path without parameters
   */
  public static RoutingDecision route(
      @Nullable ListenerTable table,
      String serverName,
      int policyGroup,
      ClientPolicy proven,
      String host,
      String routingPath) {
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
