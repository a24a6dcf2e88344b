package io.reseal.core.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import io.reseal.core.failure.Failure;
import io.reseal.core.http.ResponseHead;
import io.reseal.core.upstream.UpstreamConnection;

/**
 * The client's side of one exchange, whatever the HTTP version. Called on the event loop. What is
 * written goes out with the flush at the end of the loop's turn.
 */
public interface Downstream {

  /** Sends an informational head (1xx, never 101). */
  void writeInformational(ResponseHead head);

  /**
   * Sends the final head.
   *
   * @param end whether nothing follows; the exchange is over for the client then
   */
  void writeHead(ResponseHead head, boolean end);

  /** Sends a piece of the body, taking it over. */
  void writeBody(ByteBuf content);

  /** Ends the response; the exchange is over for the client. */
  void writeEnd(HttpHeaders trailers);

  /** Breaks the response off so that the client cannot take it for a complete one. */
  void breakOff(Failure failure);

  /** Whether more of the response should be written now. */
  boolean isWritable();

  /** Stops or resumes the flow of the request body. */
  void readBody(boolean wanted);

  /** So many bytes of the request body have left; their credit may go back to the client. */
  void bodyTaken(int bytes);

  /** Whether this connection can become a tunnel. */
  boolean maySwitch();

  /** Sends the 101 head and joins both connections to a tunnel; the exchange is over. */
  void switchProtocols(ResponseHead head, UpstreamConnection upstream, String protocol);
}
