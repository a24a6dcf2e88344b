package io.reseal.core.snapshot;

import io.reseal.config.HostPattern;
import io.reseal.config.PathMatch;
import io.reseal.core.upstream.UpstreamPlan;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The hosts of one listener: an exact host wins over a wildcard, a wildcard over {@code "*"}.
 * Immutable; a lookup costs at most two hashes.
 */
public final class HostTable {
  private final Map<String, HostRoutes> exact;
  private final Map<String, HostRoutes> wildcards;
  private final @Nullable HostRoutes any;

  private HostTable(
      Map<String, HostRoutes> exact, Map<String, HostRoutes> wildcards, @Nullable HostRoutes any) {
    this.exact = exact;
    this.wildcards = wildcards;
    this.any = any;
  }

  /**
   * The routes for a host, null for an unknown one.
   *
   * @param host lower case, without trailing dot; empty for none
   */
  public @Nullable HostRoutes lookup(String host) {
    HostRoutes routes = exact.get(host);
    if (routes == null && !wildcards.isEmpty()) {
      int dot = host.indexOf('.');
      // One whole label, never an empty one, stands for the asterisk.
      if (dot > 0) {
        routes = wildcards.get(host.substring(dot + 1));
      }
    }
    return routes == null ? any : routes;
  }

  /** Collects the hosts of one listener. */
  static final class Builder {
    private final Map<HostPattern, HostBuilder> hosts = new HashMap<>();

    void addPath(HostPattern host, PathMatch path, RoutePlan route) {
      hosts.computeIfAbsent(host, ignored -> new HostBuilder()).paths.add(path, route);
    }

    void addPassthrough(HostPattern host, UpstreamPlan upstream, String route) {
      HostBuilder builder = hosts.computeIfAbsent(host, ignored -> new HostBuilder());
      builder.passthrough = upstream;
      builder.passthroughRoute = route;
    }

    HostTable build() {
      Map<String, HostRoutes> exact = new HashMap<>();
      Map<String, HostRoutes> wildcards = new HashMap<>();
      HostRoutes any = null;
      for (Map.Entry<HostPattern, HostBuilder> entry : hosts.entrySet()) {
        HostRoutes routes = entry.getValue().build(entry.getKey());
        switch (entry.getKey()) {
          case HostPattern.Exact(String host) -> exact.put(host, routes);
          case HostPattern.Wildcard(String parent) -> wildcards.put(parent, routes);
          case HostPattern.Any ignored -> any = routes;
        }
      }
      return new HostTable(Map.copyOf(exact), Map.copyOf(wildcards), any);
    }
  }

  private static final class HostBuilder {
    private final PathTable.Builder paths = new PathTable.Builder();
    private @Nullable UpstreamPlan passthrough;
    private String passthroughRoute = "";

    HostRoutes build(HostPattern pattern) {
      return new HostRoutes(pattern, paths.build(), passthrough, passthroughRoute);
    }
  }
}
