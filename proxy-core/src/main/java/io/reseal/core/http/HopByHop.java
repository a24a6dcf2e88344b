package io.reseal.core.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.List;

/**
 * The fields that concern one connection only and are never forwarded: those of RFC 9110 section
 * 7.6.1, and what Connection names. Content-Length and Host stay whatever Connection says, because
 * removing them would change the message; fields that the proxy adds are added after this.
 */
final class HopByHop {
  private static final AsciiString HTTP2_SETTINGS = AsciiString.cached("http2-settings");
  private static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");
  private static final AsciiString PROXY_CONNECTION = AsciiString.cached("proxy-connection");

  private HopByHop() {}

  static void strip(HttpHeaders fields) {
    if (fields.contains(HttpHeaderNames.CONNECTION)) {
      List<String> nominations = fields.getAll(HttpHeaderNames.CONNECTION);
      for (int i = 0; i < nominations.size(); i++) {
        removeNominated(fields, nominations.get(i));
      }
      fields.remove(HttpHeaderNames.CONNECTION);
    }
    fields.remove(KEEP_ALIVE);
    fields.remove(PROXY_CONNECTION);
    fields.remove(HttpHeaderNames.TE);
    fields.remove(HttpHeaderNames.TRANSFER_ENCODING);
    fields.remove(HttpHeaderNames.UPGRADE);
    fields.remove(HTTP2_SETTINGS);
    fields.remove(HttpHeaderNames.PROXY_AUTHENTICATE);
    fields.remove(HttpHeaderNames.PROXY_AUTHORIZATION);
  }

  private static void removeNominated(HttpHeaders fields, String nomination) {
    int start = 0;
    while (start <= nomination.length()) {
      int comma = nomination.indexOf(',', start);
      int end = comma < 0 ? nomination.length() : comma;
      String name = nomination.substring(start, end).strip();
      if (!name.isEmpty()
          && !name.equalsIgnoreCase("close")
          && !name.equalsIgnoreCase("keep-alive")
          && !name.equalsIgnoreCase("host")
          && !name.equalsIgnoreCase("content-length")) {
        fields.remove(name);
      }
      start = end + 1;
    }
  }
}
