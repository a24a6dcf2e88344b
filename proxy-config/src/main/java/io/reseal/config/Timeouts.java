package io.reseal.config;

import java.time.Duration;

/**
 * The bounds on time. None may be switched off.
 *
 * @param handshake from accept to the end of the client's TLS handshake, ClientHello included
 * @param requestHead from the first byte of a request's head to its last; beyond it 408
 * @param keepAlive how long a client's connection may stay open between requests
 * @param bodyIdle the longest pause within a request or response body, in either direction
 * @param connect for the TCP connection to one address of an upstream
 * @param upstreamHandshake for the TLS handshake with an upstream
 * @param responseHead from the end of the request to the upstream's response head; beyond it 504
 * @param tunnelIdle the longest silence of a passed-through or upgraded connection
 * @param upstreamIdle how long an unused upstream connection is kept
 * @param upstreamAge how long an upstream connection is reused
 * @param resolve for looking up an endpoint's name
 */
public record Timeouts(
    Duration handshake,
    Duration requestHead,
    Duration keepAlive,
    Duration bodyIdle,
    Duration connect,
    Duration upstreamHandshake,
    Duration responseHead,
    Duration tunnelIdle,
    Duration upstreamIdle,
    Duration upstreamAge,
    Duration resolve) {
  public static final Timeouts DEFAULT = new Timeouts(
      Duration.ofSeconds(10),
      Duration.ofSeconds(10),
      Duration.ofSeconds(60),
      Duration.ofSeconds(30),
      Duration.ofSeconds(5),
      Duration.ofSeconds(10),
      Duration.ofSeconds(60),
      Duration.ofHours(1),
      Duration.ofSeconds(50),
      Duration.ofMinutes(30),
      Duration.ofSeconds(5));
}
