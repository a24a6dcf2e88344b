package io.reseal.core.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;

/**
 * The status and fields of one response, independent of the HTTP version that carries it.
 *
 * @param fields end-to-end fields only; owned by this head
 * @param framing how the end of the body is known; NONE if none follows
 */
public record ResponseHead(
    HttpResponseStatus status, HttpHeaders fields, RequestHead.Framing framing) {
  public boolean isBodiless() {
    return framing == RequestHead.Framing.NONE;
  }
}
