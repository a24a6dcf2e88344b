package io.reseal.core.tunnel;

/** The one who is told of a tunnel. Called on its event loop. */
public interface TunnelListener {
  /**
   * Bytes went through since the last call. Called every few seconds while there are any, and once
   * before the end.
   */
  void moved(long clientBytes, long upstreamBytes);

  /**
   * The tunnel has ended; called once.
   *
   * @param clientBytes bytes taken from the client
   * @param upstreamBytes bytes taken from the upstream
   */
  void ended(long clientBytes, long upstreamBytes, TunnelEnd end);
}
