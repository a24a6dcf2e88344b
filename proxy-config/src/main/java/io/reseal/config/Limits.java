package io.reseal.config;

/**
 * The bounds on size and count. None may be switched off.
 *
 * @param clientHelloBytes the largest ClientHello; beyond it the connection is closed
 * @param requestTargetBytes the longest request target; beyond it 414
 * @param requestHeadBytes the largest request head, decoded; beyond it 431
 * @param requestFields the most request fields, cookie crumbs counted one by one; beyond it 431
 * @param requestBodyBytes the largest request body; beyond it 413
 * @param responseHeadBytes the largest response head; beyond it 502
 * @param responseFields the most response fields; beyond it 502
 * @param http2Streams concurrent streams of one HTTP/2 connection
 * @param upstreamConnections connections to one endpoint over the whole process; beyond it 503
 * @param upstreamIdleConnections pooled connections to one endpoint kept open while unused
 * @param upstreamConnecting connections to one endpoint that one event loop makes at the same time;
 *     requests beyond it wait for a connection that comes back, or for their turn, for {@code
 *     timeouts.connect} at most; beyond it 503
 * @param upstreamAttempts how many endpoints or addresses one request may try
 */
public record Limits(
    int clientHelloBytes,
    int requestTargetBytes,
    int requestHeadBytes,
    int requestFields,
    long requestBodyBytes,
    int responseHeadBytes,
    int responseFields,
    int http2Streams,
    int upstreamConnections,
    int upstreamIdleConnections,
    int upstreamConnecting,
    int upstreamAttempts) {
  public static final Limits DEFAULT = new Limits(
      16 << 10, 8 << 10, 32 << 10, 100, 16L << 30, 64 << 10, 200, 100, 4_096, 512, 32, 3);
}
