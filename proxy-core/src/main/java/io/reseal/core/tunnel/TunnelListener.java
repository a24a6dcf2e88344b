package io.reseal.core.tunnel;

/** The one who is told of a tunnel's end, once. */
@FunctionalInterface
public interface TunnelListener {
  /**
   * Called on the tunnel's event loop.
   *
   * @param clientBytes bytes taken from the client
   * @param upstreamBytes bytes taken from the upstream
   */
  void ended(long clientBytes, long upstreamBytes, TunnelEnd end);
}
