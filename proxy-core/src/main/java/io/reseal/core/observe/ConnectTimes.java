package io.reseal.core.observe;

/**
 * When a connection to an upstream came about. Times are of {@link System#nanoTime}; those of what
 * did not happen are 0.
 *
 * @param startedNanos when the endpoint's name was about to be looked up
 * @param connectedNanos when the TCP connection was there, and the TLS handshake began
 * @param readyNanos when it could be used
 */
public record ConnectTimes(long startedNanos, long connectedNanos, long readyNanos) {
  /** Where no connection was made. */
  public static final ConnectTimes NONE = new ConnectTimes(0, 0, 0);
}
