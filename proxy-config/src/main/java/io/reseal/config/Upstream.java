package io.reseal.config;

import java.util.List;

/**
 * A named group of endpoints that serve the same thing.
 *
 * @param name unique among upstreams
 * @param endpoints the addresses, at least one; they take turns
 * @param tls how re-encrypting routes protect and verify the connection
 */
public record Upstream(String name, List<HostPort> endpoints, UpstreamTls tls) {
  public Upstream {
    endpoints = List.copyOf(endpoints);
  }
}
