package io.reseal.core.http1;

import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;

/** The encoder of HTTP/1.1 responses to a client, told which of them have no body. */
final class ResponseEncoder extends HttpResponseEncoder {
  private boolean bodiless;

  /** Says whether the next final response goes without a body, whatever its fields announce. */
  void nextIsBodiless(boolean isBodiless) {
    bodiless = isBodiless;
  }

  @Override
  protected boolean isContentAlwaysEmpty(HttpResponse response) {
    return bodiless || super.isContentAlwaysEmpty(response);
  }
}
