package io.reseal.core.observe;

import io.reseal.core.failure.Failure;
import org.jspecify.annotations.Nullable;

/**
 * What went through one tunnel. Times are of {@link System#nanoTime}.
 *
 * @param id what finds it in logs: of an upgraded connection that of its exchange; empty where
 *     nobody asked for one
 * @param host the server name of a passed-through connection, the host of an upgraded one
 * @param protocol {@code tls} for passthrough, else the protocol upgraded to
 * @param upstream the upstream's name
 * @param clientBytes bytes from the client to the upstream
 * @param upstreamBytes bytes from the upstream to the client
 * @param end how it ended, as a token from a closed set; {@code not_connected} where no endpoint
 *     could be connected
 * @param failure why there was no connection; null where there was one
 * @param startedNanos when the client's ClientHello was there, or the upgrade was agreed
 * @param connectedNanos when there was a connection to the upstream, 0 if there never was
 * @param endedNanos when both directions had ended
 */
public record TunnelRecord(
    ClientFacts client,
    String id,
    String host,
    String protocol,
    String route,
    String upstream,
    UpstreamFacts connection,
    long clientBytes,
    long upstreamBytes,
    String end,
    @Nullable Failure failure,
    long startedNanos,
    long connectedNanos,
    long endedNanos) {
  /** The protocol of passed-through connections. */
  public static final String PASSTHROUGH = "tls";

  /** The end of a tunnel that never began. */
  public static final String NOT_CONNECTED = "not_connected";

  /** Whether the client's TLS was passed through, rather than an exchange upgraded. */
  public boolean isPassthrough() {
    return protocol.equals(PASSTHROUGH);
  }
}
