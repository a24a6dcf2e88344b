package io.reseal.core.upstream;

import io.reseal.config.HostPort;
import io.reseal.config.Upstream;
import io.reseal.config.UpstreamTls;
import io.reseal.config.UpstreamTls.ServerNameSent;
import io.reseal.core.tls.PeerNames;
import io.reseal.core.tls.UpstreamTlsContext;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An upstream as one route kind uses it: its endpoints, and the TLS policy of the connections to
 * them, or none. Two routes share connections only if they share the plan, so everything that
 * decides about trust is the same for all connections of a plan and server name.
 */
public final class UpstreamPlan {

  /** What the connections of a plan carry. */
  public enum Protection {
    /** HTTP over a TLS connection of ours. */
    TLS,
    /** HTTP in cleartext. */
    CLEARTEXT,
    /** The client's own bytes. */
    RAW
  }

  private final int index;
  private final Upstream upstream;
  private final Protection protection;
  private final List<EndpointPlan> endpoints;
  private final @Nullable UpstreamTlsContext tlsContext;

  /**
   * @param index the place of its pool on every loop; it stays over changes that keep the pool
   * @param tlsContext owned by the snapshot; present exactly if the protection is TLS
   * @param previous what the upstream was before, null for nothing; the counts of endpoints that
   *     stay go on, because connections that this plan may not use are open all the same
   */
  public UpstreamPlan(
      int index,
      Upstream upstream,
      Protection protection,
      @Nullable UpstreamTlsContext tlsContext,
      @Nullable UpstreamPlan previous) {
    this.index = index;
    this.upstream = upstream;
    this.protection = protection;
    this.endpoints = endpoints(upstream, previous);
    this.tlsContext = tlsContext;
    if ((protection == Protection.TLS) != (tlsContext != null)) {
      throw new IllegalArgumentException(
          "upstream " + upstream.name() + ": TLS context and protection differ");
    }
  }

  private static List<EndpointPlan> endpoints(Upstream upstream, @Nullable UpstreamPlan previous) {
    Map<HostPort, EndpointPlan> known = new HashMap<>();
    if (previous != null) {
      previous.endpoints.forEach(each -> known.put(each.address(), each));
    }
    return upstream.endpoints().stream()
        .map(each -> known.computeIfAbsent(each, EndpointPlan::new))
        .toList();
  }

  public int index() {
    return index;
  }

  /** Whether it is what this configuration of an upstream would lead to. */
  public boolean isOf(Upstream configured) {
    return upstream.equals(configured);
  }

  /** Whether the connections of another plan may serve this one: trust in them is the same. */
  public boolean takesOver(UpstreamPlan other) {
    return index == other.index
        && protection == other.protection
        && tlsContext == other.tlsContext
        && name().equals(other.name());
  }

  /** The settings that protect its connections. */
  public UpstreamTls tls() {
    return upstream.tls();
  }

  public String name() {
    return upstream.name();
  }

  public Protection protection() {
    return protection;
  }

  public List<EndpointPlan> endpoints() {
    return endpoints;
  }

  public @Nullable UpstreamTlsContext tlsContext() {
    return tlsContext;
  }

  /** Whether the server name depends on the request, and with it which connections may serve it. */
  public boolean namesByRequest() {
    return protection == Protection.TLS
        && upstream.tls().serverName() instanceof ServerNameSent.RequestHost;
  }

  /** The names for a connection to this endpoint on behalf of a request to this host. */
  public PeerNames peerNames(EndpointPlan endpoint, String requestHost) {
    return PeerNames.of(upstream.tls(), endpoint.address(), requestHost);
  }
}
