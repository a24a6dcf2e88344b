package io.reseal.server.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.AttributesBuilder;
import java.util.Set;

/** The names of attributes: OpenTelemetry's conventions where they have one. */
final class SpanNames {
  static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
  static final AttributeKey<String> ODD_METHOD =
      AttributeKey.stringKey("http.request.method_original");
  static final AttributeKey<Long> RESEND_COUNT = AttributeKey.longKey("http.request.resend_count");
  static final AttributeKey<Long> STATUS = AttributeKey.longKey("http.response.status_code");
  static final AttributeKey<String> SCHEME = AttributeKey.stringKey("url.scheme");
  static final AttributeKey<String> PATH = AttributeKey.stringKey("url.path");
  static final AttributeKey<String> URL = AttributeKey.stringKey("url.full");
  static final AttributeKey<String> SERVER = AttributeKey.stringKey("server.address");
  static final AttributeKey<Long> SERVER_PORT = AttributeKey.longKey("server.port");
  static final AttributeKey<String> CLIENT = AttributeKey.stringKey("client.address");
  static final AttributeKey<String> AGENT = AttributeKey.stringKey("user_agent.original");
  static final AttributeKey<String> PEER = AttributeKey.stringKey("network.peer.address");
  static final AttributeKey<Long> PEER_PORT = AttributeKey.longKey("network.peer.port");
  static final AttributeKey<String> VERSION = AttributeKey.stringKey("network.protocol.version");
  static final AttributeKey<String> TLS_VERSION = AttributeKey.stringKey("tls.protocol.version");
  static final AttributeKey<String> TLS_CIPHER = AttributeKey.stringKey("tls.cipher");
  static final AttributeKey<Boolean> TLS_RESUMED = AttributeKey.booleanKey("tls.resumed");
  static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
  static final AttributeKey<String> LISTENER = AttributeKey.stringKey("reseal.listener");
  static final AttributeKey<String> ROUTE = AttributeKey.stringKey("reseal.route");
  static final AttributeKey<String> UPSTREAM = AttributeKey.stringKey("reseal.upstream");
  static final AttributeKey<String> ENDPOINT = AttributeKey.stringKey("reseal.endpoint");
  static final AttributeKey<Boolean> REUSED = AttributeKey.booleanKey("reseal.connection_reused");
  static final AttributeKey<String> REQUEST_ID = AttributeKey.stringKey("reseal.request_id");

  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT");

  private SpanNames() {}

  /** The method as part of a span's name. */
  static String ofMethod(String method) {
    return METHODS.contains(method) ? method : "HTTP";
  }

  static void putMethod(AttributesBuilder all, String method) {
    if (METHODS.contains(method)) {
      all.put(METHOD, method);
    } else {
      all.put(METHOD, "_OTHER");
      putText(all, ODD_METHOD, method);
    }
  }

  /** A text, unless it is empty. */
  static void putText(AttributesBuilder all, AttributeKey<String> key, String value) {
    if (!value.isEmpty()) {
      all.put(key, value);
    }
  }

  /** The two parts of {@code host:port}, an IPv6 address without its brackets; nothing for empty. */
  static void putHostPort(
      AttributesBuilder all, AttributeKey<String> host, AttributeKey<Long> port, String text) {
    int colon = text.lastIndexOf(':');
    if (colon > 0) {
      String name = text.substring(0, colon);
      all.put(host, name.startsWith("[") ? name.substring(1, name.length() - 1) : name);
      all.put(port, Long.parseLong(text.substring(colon + 1)));
    }
  }
}
