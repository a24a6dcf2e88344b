package io.reseal.core.observe;

import io.reseal.core.failure.Failure;
import io.reseal.core.failure.Refusal;
import java.security.cert.X509Certificate;

/**
 * The one who is told what the data plane does. Methods are called on event loops and must not
 * block; they do nothing by default. Names of listeners, routes, upstreams and endpoints come from
 * the configuration; only what is called peer text comes from peers.
 */
public interface DataPlaneObserver {
  DataPlaneObserver NONE = new DataPlaneObserver() {};

  // ---- the clients' side

  /** A client's connection was admitted. */
  default void connectionAccepted(String listener) {}

  /**
   * A client's connection ended before it could ask for anything.
   *
   * @param listener the listener's name
   * @param peer the client's address
   * @param refusal what happened
   */
  default void connectionRefused(String listener, String peer, Refusal refusal) {}

  /**
   * A client's TLS handshake succeeded.
   *
   * @param version as in {@code TLSv1.3}
   * @param nanos from the ClientHello to the end
   */
  default void clientHandshake(String listener, String version, boolean resumed, long nanos) {}

  /** An exchange ended, well or not. */
  default void exchangeEnded(ExchangeRecord exchange) {}

  /** A passed-through or upgraded connection ended. */
  default void tunnelEnded(TunnelRecord tunnel) {}

  /**
   * Something failed, with the id that the client was told.
   *
   * @param errorId as in the error response, or empty where none was sent
   * @param route the route's name, or empty
   * @param request the request's authority and path, or the server name; peer text not yet escaped
   */
  default void failed(Failure failure, String errorId, String route, String request) {}

  // ---- the upstreams' side

  /** A pooled connection serves another exchange. */
  default void upstreamReused(String upstream) {}

  /**
   * A new connection to an upstream is ready, its TLS handshake included.
   *
   * @param nanos from the lookup of the endpoint's name to the end
   */
  default void upstreamConnected(String upstream, String endpoint, long nanos) {}

  /** A try to connect to one endpoint failed; another may follow, so this need not fail anything. */
  default void upstreamConnectFailed(String upstream, String endpoint, Failure failure) {}

  /**
   * A TLS handshake with an upstream succeeded.
   *
   * @param nanos from the TCP connection to the end
   */
  default void upstreamHandshake(String upstream, String version, boolean resumed, long nanos) {}

  /**
   * An endpoint showed, in a handshake that succeeded, another certificate than at the last one that
   * this event loop saw.
   */
  default void upstreamCertificate(String upstream, String endpoint, X509Certificate leaf) {}

  /** Work for an upstream is tried again. */
  default void upstreamRetried(String upstream, Retry why) {}

  // ---- the process

  /**
   * A limit kept something from happening, whether or not anything failed for it.
   *
   * @param limit the limit's name in the configuration
   */
  default void limitReached(String limit) {}

  /**
   * An event loop was asked to do something at a certain time, and did it so much later.
   *
   * @param loop the position of the loop
   */
  default void loopLag(int loop, long nanos) {}

  /** Why something is tried again. */
  enum Retry {
    /** An endpoint could not be connected, and another gets its turn. */
    OTHER_ENDPOINT,
    /** A pooled connection proved dead before an answer, and a new one gets the request. */
    DEAD_CONNECTION
  }
}
