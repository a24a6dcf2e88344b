package io.reseal.core.observe;

import io.reseal.core.failure.Failure;
import io.reseal.core.failure.TlsVerdict;
import org.jspecify.annotations.Nullable;

/**
 * What happened in one exchange. Texts from the client are cut at {@value #MOST_TEXT} characters
 * and not yet escaped. Times are of {@link System#nanoTime}; those that nobody asked for, and those
 * of what did not happen, are 0.
 *
 * @param id what finds it in logs and error responses; empty where nobody asked for one
 * @param trace its place in a trace; null where there is none
 * @param protocol {@code http/1.0}, {@code http/1.1} or {@code h2}
 * @param query with its question mark, or empty
 * @param userAgent as the client calls itself; empty where nobody asked for it
 * @param upstream the upstream's name, empty where none was asked
 * @param connection the connection that served it
 * @param reused whether that connection had served others before
 * @param replayed whether the request was sent again, because a pooled connection had proved dead
 * @param status the status sent to the client, 0 if none was
 * @param requestBytes body bytes taken from the client
 * @param responseBytes body bytes given to the client
 * @param complete whether the client got a whole response
 * @param failure why it failed; null where it did not
 * @param receivedNanos when the request's head was there
 * @param connectedNanos when there was a connection to the upstream
 * @param respondedNanos when the upstream's final head was there
 * @param endedNanos when it ended
 */
public record ExchangeRecord(
    ClientFacts client,
    String id,
    @Nullable ExchangeTrace trace,
    String protocol,
    String method,
    String host,
    String path,
    String query,
    String userAgent,
    String route,
    String upstream,
    UpstreamFacts connection,
    boolean reused,
    boolean replayed,
    int status,
    long requestBytes,
    long responseBytes,
    boolean complete,
    @Nullable Failure failure,
    long receivedNanos,
    long connectedNanos,
    long respondedNanos,
    long endedNanos) {
  /** The longest text of a client: records may wait in queues. */
  public static final int MOST_TEXT = 1_024;

  /** From the request's head to the end. */
  public long nanos() {
    return endedNanos - receivedNanos;
  }

  /**
   * Why the upstream may have refused the request, as far as its connection tells; null where it did
   * not refuse, or nothing suggests itself.
   */
  public @Nullable TlsVerdict suspicion() {
    TlsVerdict suspicion = connection.suspicion();
    return suspicion != null && failure == null && isCertificateRefusal(status)
        ? suspicion.with("; it answered " + status)
        : null;
  }

  /** Servers that want a certificate say so with 400; nginx has 495 and 496 of its own. */
  private static boolean isCertificateRefusal(int status) {
    return status == 400 || status == 495 || status == 496;
  }

  /** A client's text, no longer than records may hold. */
  public static String cut(String text) {
    return text.length() <= MOST_TEXT ? text : text.substring(0, MOST_TEXT);
  }
}
