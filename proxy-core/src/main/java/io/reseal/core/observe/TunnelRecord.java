package io.reseal.core.observe;

/**
 * What went through one tunnel.
 *
 * @param host the server name of a passed-through connection, the host of an upgraded one
 * @param protocol {@code tls} for passthrough, else the protocol upgraded to
 * @param clientBytes bytes from the client to the upstream
 * @param upstreamBytes bytes from the upstream to the client
 * @param end how it ended, as a token from a closed set
 */
public record TunnelRecord(
    String listener,
    String host,
    String protocol,
    String route,
    String endpoint,
    long clientBytes,
    long upstreamBytes,
    String end) {}
