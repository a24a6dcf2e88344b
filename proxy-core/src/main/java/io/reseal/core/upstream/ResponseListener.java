package io.reseal.core.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.reseal.core.failure.Failure;

/**
 * The one who waits for the response of an {@link UpstreamConnection}. Called on the connection's
 * event loop; after {@link #responseEnded} or {@link #upstreamFailed} no further call follows.
 */
public interface ResponseListener {

  /** An informational or final response head, as it came from the wire. */
  void responseHead(HttpResponse head);

  /** A piece of the body; the listener owns it. */
  void responseBody(ByteBuf content);

  /** The response is complete; the trailers are empty where there were none. */
  void responseEnded(HttpHeaders trailers);

  /** The upstream answered 101; both directions are bytes from here on. */
  void upgraded();

  /** The connection can take more of the request body. */
  void upstreamWritable();

  /**
   * The connection failed.
   *
   * @param failure why
   * @param responseBegun whether any byte of a response had arrived
   */
  void upstreamFailed(Failure failure, boolean responseBegun);
}
