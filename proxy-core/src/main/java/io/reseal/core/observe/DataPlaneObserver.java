package io.reseal.core.observe;

import io.reseal.core.failure.Failure;

/**
 * The one who is told what the data plane does. Methods are called on event loops and must not
 * block; they do nothing by default.
 */
public interface DataPlaneObserver {
  DataPlaneObserver NONE = new DataPlaneObserver() {};

  /** An exchange ended, well or not. */
  default void exchangeEnded(ExchangeRecord exchange) {}

  /** A passed-through or upgraded connection ended. */
  default void tunnelEnded(TunnelRecord tunnel) {}

  /**
   * A client's connection ended before it could ask for anything.
   *
   * @param listener the listener's name
   * @param peer the client's address
   * @param reason what happened, as a token from a closed set
   * @param detail the facts; peer text not yet escaped
   */
  default void connectionRefused(String listener, String peer, String reason, String detail) {}

  /**
   * Something failed, with the id that the client was told.
   *
   * @param errorId as in the error response, or empty where none was sent
   * @param route the route's name, or empty
   * @param request the request's authority and path, or the server name; peer text not yet escaped
   */
  default void failed(Failure failure, String errorId, String route, String request) {}
}
