package io.reseal.core.http;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import io.reseal.core.http.RequestHead.Framing;
import io.reseal.core.http.RequestHead.Version;
import java.util.List;

/** The request as an HTTP/1.1 upstream gets it. */
public final class UpstreamRequest {
  private UpstreamRequest() {}

  /**
   * Makes the request's fields ready and puts the request line before them. The fields of the head
   * are changed in place, once; a second call, to send the request again, finds them ready.
   *
   * <p>The method, the normalised path and the query go out, Host from the authority that routed
   * it, and exactly one of Content-Length and Transfer-Encoding where there is a body.
   */
  public static HttpRequest of(RequestHead request, EdgeConnection edge) {
    if (!request.isPrepared()) {
      prepare(request, edge);
      request.prepared();
    }
    return new DefaultHttpRequest(
        HttpVersion.HTTP_1_1,
        HttpMethod.valueOf(request.method()),
        request.path() + request.query(),
        request.fields());
  }

  private static void prepare(RequestHead request, EdgeConnection edge) {
    HttpHeaders fields = request.fields();
    boolean trailers = fields.containsValue(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS, true);
    HopByHop.strip(fields);
    ForwardedFields.apply(request, edge);
    if (request.version() == Version.HTTP_2) {
      joinCookies(fields);
    }
    if (!request.host().isEmpty()) {
      fields.set(HttpHeaderNames.HOST, request.authority());
    }
    if (trailers) {
      fields.set(HttpHeaderNames.TE, HttpHeaderValues.TRAILERS);
      fields.set(HttpHeaderNames.CONNECTION, HttpHeaderNames.TE);
    }
    if (request.framing() == Framing.STREAMED) {
      fields.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
    }
    if (!request.expectsContinue()) {
      fields.remove(HttpHeaderNames.EXPECT);
    }
    String upgrade = request.upgrade();
    if (upgrade != null) {
      fields.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
      fields.set(HttpHeaderNames.UPGRADE, upgrade);
    }
  }

  /** RFC 9113 section 8.2.3: crumbs become one field before they leave HTTP/2. */
  private static void joinCookies(HttpHeaders fields) {
    List<String> crumbs = fields.getAll(HttpHeaderNames.COOKIE);
    if (crumbs.size() > 1) {
      fields.set(HttpHeaderNames.COOKIE, String.join("; ", crumbs));
    }
  }
}
