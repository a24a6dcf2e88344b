package io.reseal.core;

import java.util.List;

/**
 * How an upstream stands now, as one kind of route uses it.
 *
 * @param protection what its connections carry: {@code tls}, {@code cleartext}, or {@code raw} for
 *     the client's own bytes
 * @param verified whether certificates are verified; false for all but {@code tls}
 */
public record UpstreamStatus(
    String name, String protection, boolean verified, List<EndpointStatus> endpoints) {
  public UpstreamStatus {
    endpoints = List.copyOf(endpoints);
  }

  /**
   * How one endpoint stands.
   *
   * @param address as {@code host:port}
   * @param open connections open or opening, over all event loops
   * @param idle those of them that wait for the next request
   */
  public record EndpointStatus(String address, int open, int idle) {}
}
