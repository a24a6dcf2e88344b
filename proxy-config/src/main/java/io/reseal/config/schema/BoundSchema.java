package io.reseal.config.schema;

import static io.reseal.config.schema.Keys.size;
import static io.reseal.config.schema.Keys.time;
import static io.reseal.config.schema.Keys.whole;

import io.reseal.config.Limits;
import io.reseal.config.Timeouts;
import java.util.List;

/** Keys of {@code limits} and {@code timeouts}: what no peer can exceed. */
final class BoundSchema {
  private static final long MIB = 1L << 20;

  static final ObjectType LIMITS = new ObjectType(
      "limits",
      "Bounds on size and count. None can be switched off.",
      List.of(
          size(
              "clientHelloBytes",
              Limits.DEFAULT.clientHelloBytes(),
              512,
              64 << 10,
              "The largest ClientHello; beyond it the connection is refused."),
          size(
              "requestTargetBytes",
              Limits.DEFAULT.requestTargetBytes(),
              256,
              MIB,
              "The longest request target; beyond it 414."),
          size(
              "requestHeadBytes",
              Limits.DEFAULT.requestHeadBytes(),
              1 << 10,
              MIB,
              "The largest request head, decoded; beyond it 431."),
          whole(
              "requestFields",
              Limits.DEFAULT.requestFields(),
              10,
              10_000,
              "The most fields of a request, cookie crumbs counted one by one; beyond it 431."),
          size(
              "requestBodyBytes",
              Limits.DEFAULT.requestBodyBytes(),
              1,
              1L << 50,
              "The largest request body; beyond it 413."),
          size(
              "responseHeadBytes",
              Limits.DEFAULT.responseHeadBytes(),
              1 << 10,
              MIB,
              "The largest response head; beyond it 502."),
          whole(
              "responseFields",
              Limits.DEFAULT.responseFields(),
              10,
              10_000,
              "The most fields of a response; beyond it 502."),
          whole(
              "http2Streams",
              Limits.DEFAULT.http2Streams(),
              1,
              10_000,
              "Concurrent requests on one HTTP/2 connection; beyond it they are refused."),
          whole(
              "upstreamConnections",
              Limits.DEFAULT.upstreamConnections(),
              1,
              1_000_000,
              "Connections to one endpoint over the whole process; beyond it 503."),
          whole(
              "upstreamIdleConnections",
              Limits.DEFAULT.upstreamIdleConnections(),
              1,
              1_000_000,
              "Unused connections to one endpoint that are kept."),
          whole(
              "upstreamConnecting",
              Limits.DEFAULT.upstreamConnecting(),
              1,
              1_000_000,
              "Connections to one endpoint that one event loop makes at the same time. Requests"
                  + " beyond it wait for one that comes back, or for their turn to make one, for"
                  + " timeouts.connect at most; beyond it 503."),
          whole(
              "upstreamAttempts",
              Limits.DEFAULT.upstreamAttempts(),
              1,
              100,
              "How many endpoints one request may try.")));

  static final ObjectType TIMEOUTS = new ObjectType(
      "timeouts",
      "Bounds on time. None can be switched off.",
      List.of(
          time(
              "handshake",
              Timeouts.DEFAULT.handshake(),
              "From accept to the end of the client's TLS handshake; then the connection is"
                  + " closed."),
          time(
              "requestHead",
              Timeouts.DEFAULT.requestHead(),
              "From the first byte of a request's head to its last; beyond it 408."),
          time(
              "keepAlive",
              Timeouts.DEFAULT.keepAlive(),
              "How long a client's connection stays open between requests."),
          time(
              "bodyIdle",
              Timeouts.DEFAULT.bodyIdle(),
              "The longest pause within a body, in either direction; beyond it 408, 504 or a"
                  + " broken response."),
          time(
              "connect",
              Timeouts.DEFAULT.connect(),
              "For the TCP connection to one address; beyond it the next, or 504."),
          time(
              "upstreamHandshake",
              Timeouts.DEFAULT.upstreamHandshake(),
              "For the TLS handshake with an upstream; beyond it the next, or 504."),
          time(
              "responseHead",
              Timeouts.DEFAULT.responseHead(),
              "From the end of the request to the upstream's response head; beyond it 504."),
          time(
              "tunnelIdle",
              Timeouts.DEFAULT.tunnelIdle(),
              "The longest silence of a passed-through or upgraded connection."),
          time(
              "upstreamIdle",
              Timeouts.DEFAULT.upstreamIdle(),
              "How long an unused connection to an upstream is kept. Keep it below the"
                  + " upstream's own keep-alive time."),
          time(
              "upstreamAge",
              Timeouts.DEFAULT.upstreamAge(),
              "How long a connection to an upstream is reused."),
          time(
              "resolve",
              Timeouts.DEFAULT.resolve(),
              "For looking up an endpoint's name; beyond it 504, or the last known addresses"
                  + " for up to five minutes.")));

  private BoundSchema() {}
}
