package io.reseal.server.trace;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;

/**
 * A collector of spans on the Java runtime's own HTTP server, which decodes what it gets with the
 * code that the makers of OTLP publish.
 */
final class Collector implements AutoCloseable {
  private static final int BACKLOG = 16;

  private final HttpServer server;
  private final String scheme;
  private final List<ResourceSpans> received = new CopyOnWriteArrayList<>();
  private final List<Headers> heads = new CopyOnWriteArrayList<>();
  private volatile int status = 200;

  Collector() throws IOException {
    this(HttpServer.create(anyPort(), BACKLOG), "http");
  }

  /** One with TLS. */
  static Collector encrypted(SSLContext context) throws IOException {
    HttpsServer server = HttpsServer.create(anyPort(), BACKLOG);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    return new Collector(server, "https");
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
  }

  private Collector(HttpServer server, String scheme) {
    this.server = server;
    this.scheme = scheme;
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/v1/traces", this::take);
    server.start();
  }

  URI endpoint() {
    return URI.create(scheme + "://127.0.0.1:" + server.getAddress().getPort() + "/v1/traces");
  }

  /** Answers with this status from now on; all but 200 take nothing. */
  void answer(int with) {
    status = with;
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      byte[] body = exchange.getRequestBody().readAllBytes();
      int answered = status;
      if (answered == 200) {
        heads.add(exchange.getRequestHeaders());
        received.addAll(ExportTraceServiceRequest.parseFrom(body).getResourceSpansList());
      }
      exchange.sendResponseHeaders(answered, -1);
    }
  }

  List<Span> spans() {
    return received.stream()
        .flatMap(resource -> resource.getScopeSpansList().stream())
        .map(ScopeSpans::getSpansList)
        .flatMap(List::stream)
        .toList();
  }

  /** The spans of one kind, in the order of their arrival. */
  List<Span> spans(Span.SpanKind kind) {
    return spans().stream().filter(span -> span.getKind() == kind).toList();
  }

  /** The spans of exchanges. */
  List<Span> servers() {
    return spans(Span.SpanKind.SPAN_KIND_SERVER);
  }

  List<ResourceSpans> received() {
    return received;
  }

  /** The fields of each batch. */
  List<Headers> heads() {
    return heads;
  }

  /** Attributes as text. */
  static Map<String, String> attributes(List<KeyValue> all) {
    return all.stream().collect(Collectors.toMap(KeyValue::getKey, each -> switch (each.getValue()
        .getValueCase()) {
      case INT_VALUE -> Long.toString(each.getValue().getIntValue());
      case BOOL_VALUE -> Boolean.toString(each.getValue().getBoolValue());
      default -> each.getValue().getStringValue();
    }));
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
