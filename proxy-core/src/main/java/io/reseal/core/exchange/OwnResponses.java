package io.reseal.core.exchange;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.reseal.config.RedirectTarget;
import io.reseal.core.failure.ErrorResponse;
import io.reseal.core.http.Redirects;
import io.reseal.core.http.RequestHead;
import io.reseal.core.http.RequestHead.Framing;
import io.reseal.core.http.ResponseHead;

/** The heads of responses that the proxy makes itself. */
final class OwnResponses {
  private OwnResponses() {}

  /** The head before an error's body, or of the answer to HEAD. */
  static ResponseHead error(ErrorResponse error, boolean bodiless) {
    HttpHeaders fields = fields();
    fields.set(HttpHeaderNames.CONTENT_TYPE, error.contentType());
    fields.set(HttpHeaderNames.CONTENT_LENGTH, Integer.toString(error.body().length));
    fields.set("cache-control", "no-store");
    fields.set("proxy-status", error.proxyStatus());
    error.extraFields().forEach(fields::set);
    return new ResponseHead(
        HttpResponseStatus.valueOf(error.status()),
        fields,
        bodiless ? Framing.NONE : Framing.LENGTH);
  }

  /** The whole answer that sends a client elsewhere. */
  static ResponseHead redirect(RequestHead request, RedirectTarget target) {
    HttpHeaders fields = fields();
    fields.set(HttpHeaderNames.LOCATION, Redirects.location(request, target));
    fields.set(HttpHeaderNames.CONTENT_LENGTH, "0");
    return new ResponseHead(HttpResponseStatus.valueOf(target.status()), fields, Framing.NONE);
  }

  private static HttpHeaders fields() {
    return DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
  }
}
