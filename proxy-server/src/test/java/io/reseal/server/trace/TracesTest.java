package io.reseal.server.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import io.reseal.config.Network;
import io.reseal.config.RuntimeSettings;
import io.reseal.config.TracingSettings;
import io.reseal.config.TracingSettings.Export;
import io.reseal.config.TracingSettings.RequestId;
import io.reseal.config.TracingSettings.Traceparent;
import io.reseal.core.observe.ClientFacts;
import io.reseal.core.observe.ExchangeRecord;
import io.reseal.core.observe.ExchangeTrace;
import io.reseal.core.observe.TlsLeg;
import io.reseal.core.observe.TraceContext;
import io.reseal.core.observe.UpstreamFacts;
import io.reseal.server.kit.Observed;
import io.reseal.server.kit.Watched;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.Fields;
import io.reseal.testkit.JdkTls;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.TestPki;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Spans as a collector gets them, and traceparent as upstreams do. */
final class TracesTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String PARENT = "00f067aa0ba902b7";
  private static final String GET = "GET /x HTTP/1.1\r\nHost: a.test\r\n%s\r\n";
  private static final String DROPPED = "reseal_trace_dropped_total";

  @TempDir
  private Path folder = Path.of("");

  private static TracingSettings to(URI endpoint, int sampleOneIn, int queue) {
    return new TracingSettings(
        RequestId.PASS, Traceparent.PASS, new Export.Otlp(endpoint), sampleOneIn, queue);
  }

  private static TracingSettings starting() {
    return new TracingSettings(
        RequestId.PASS,
        Traceparent.START,
        new Export.Off(),
        1,
        TracingSettings.DEFAULT.queueSpans());
  }

  /** A proxy on one event loop, so that a request finds the connection of the one before. */
  private static Watched start(TracingSettings settings) throws IOException {
    RuntimeSettings standard = RuntimeSettings.DEFAULT;
    return Watched.start(setup -> setup
        .runtime(
            new RuntimeSettings(standard.transport(), standard.tlsProvider(), /* eventLoops= */ 1))
        .tracing(settings));
  }

  /** What the upstream gets for a request with these fields. */
  private static Fields sent(Watched proxy, String fields) throws IOException {
    try (RawClient client = proxy.plainClient()) {
      assertThat(client.exchange(GET.formatted(fields)).status()).isEqualTo(200);
    }
    return proxy.origin().lastRequest().fields();
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  @Test
  void exportsASpanForEachExchange() throws IOException {
    Instant before = Instant.now();
    try (Collector collector = new Collector();
        Watched proxy = start(to(collector.endpoint(), 1, 64))) {
      sent(proxy, "User-Agent: test/1\r\n");
      await().until(() -> collector.spans().size() == 3);
      Span span = collector.servers().getFirst();
      assertThat(collector.heads())
          .allMatch(head -> "application/x-protobuf".equals(head.getFirst("content-type")));
      assertThat(span.getParentSpanId().isEmpty()).isTrue();
      assertThat(span.getName()).isEqualTo("GET route-0");
      assertThat(span.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_UNSET);
      assertThat(Collector.attributes(span.getAttributesList()))
          .containsEntry("http.request.method", "GET")
          .containsEntry("http.response.status_code", "200")
          .containsEntry("url.scheme", "http")
          .containsEntry("url.path", "/x")
          .containsEntry("server.address", "a.test")
          .containsEntry("client.address", "127.0.0.1")
          .containsEntry("user_agent.original", "test/1")
          .containsEntry("network.protocol.version", "1.1")
          .containsEntry("reseal.route", "route-0")
          .containsEntry("reseal.upstream", "origin");
      assertThat(time(span.getStartTimeUnixNano()))
          .isBetween(before.minus(Duration.ofSeconds(1)), Instant.now());
      assertThat(span.getEndTimeUnixNano()).isGreaterThan(span.getStartTimeUnixNano());
      assertThat(Collector.attributes(
              collector.received().getFirst().getResource().getAttributesList()))
          .containsEntry("service.name", "reseal");
      await().until(() -> proxy.scrape().sum("reseal_trace_spans_total") == 3);
    }
  }

  @Test
  void goesOnAfterAnExchangeThatItCannotTell() throws IOException {
    try (Collector collector = new Collector();
        Traces traces = new Traces("test")) {
      traces.configure(to(collector.endpoint(), 1, 64));
      traces.exchangeEnded(exchange(/* protocol= */ ""));
      traces.exchangeEnded(exchange("http/1.1"));
      await().until(() -> collector.spans().size() == 1);
      await().until(() -> traces.counts().delivered() == 1);
      assertThat(traces.counts().lost()).isEqualTo(1);
    }
  }

  private static ExchangeRecord exchange(String protocol) {
    return new ExchangeRecord(
        new ClientFacts("http", "127.0.0.1", 1, TlsLeg.NONE),
        "id",
        new ExchangeTrace(TraceContext.begin(/* sampled= */ true), List.of()),
        protocol,
        "GET",
        "a.test",
        "/",
        /* query= */ "",
        /* userAgent= */ "",
        /* route= */ "",
        /* upstream= */ "",
        UpstreamFacts.NONE,
        /* reused= */ false,
        /* replayed= */ false,
        /* status= */ 404,
        /* requestBytes= */ 0,
        /* responseBytes= */ 0,
        /* complete= */ true,
        /* failure= */ null,
        /* receivedNanos= */ 1,
        /* connectedNanos= */ 0,
        /* respondedNanos= */ 0,
        /* endedNanos= */ 2);
  }

  @Test
  void tellsWhereTheTimeWentWithTheUpstream() throws IOException {
    try (Collector collector = new Collector();
        Watched proxy = start(to(collector.endpoint(), 1, 64))) {
      Fields first = sent(proxy, "");
      Fields second = sent(proxy, "");
      await().until(() -> collector.spans().size() == 5);
      Span server = collector.servers().getFirst();
      Span client = collector.spans(SpanKind.SPAN_KIND_CLIENT).getFirst();
      Span connect = collector.spans(SpanKind.SPAN_KIND_INTERNAL).getFirst();
      // What the upstream says of itself hangs below what it was asked.
      assertThat(first.all("traceparent"))
          .containsExactly(
              "00-" + hex(server.getTraceId()) + "-" + hex(client.getSpanId()) + "-01");
      assertThat(client.getParentSpanId()).isEqualTo(server.getSpanId());
      assertThat(connect.getParentSpanId()).isEqualTo(client.getSpanId());
      assertThat(client.getName()).isEqualTo("GET");
      assertThat(client.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_UNSET);
      String port = Integer.toString(proxy.origin().port());
      String host = proxy.origin().endpoint().host();
      assertThat(Collector.attributes(client.getAttributesList()))
          .containsEntry("http.request.method", "GET")
          .containsEntry("http.response.status_code", "200")
          .containsEntry("url.full", "https://" + host + ":" + port + "/x")
          .containsEntry("server.address", host)
          .containsEntry("server.port", port)
          .containsEntry("network.peer.port", port)
          .containsEntry("reseal.connection_reused", "false")
          .doesNotContainKeys("error.type", "http.request.resend_count");
      assertThat(client.getEventsList())
          .extracting(Span.Event::getName)
          .containsExactly("request sent", "response head");
      assertThat(connect.getName()).isEqualTo("connect");
      assertThat(Collector.attributes(connect.getAttributesList()))
          .containsEntry("tls.protocol.version", "1.3")
          .containsEntry("tls.resumed", "false")
          .containsEntry("server.port", port);
      assertThat(connect.getEventsList())
          .extracting(Span.Event::getName)
          .containsExactly("TCP connected");
      requireWithin(server, client);
      requireWithin(client, connect);
      requireWithin(
          connect.getStartTimeUnixNano(),
          connect.getEventsList().getFirst().getTimeUnixNano(),
          connect.getEndTimeUnixNano());
      // The second took the pooled connection, and so made none.
      Span pooled = collector.spans(SpanKind.SPAN_KIND_CLIENT).getLast();
      assertThat(second.first("traceparent")).contains(hex(pooled.getSpanId()));
      assertThat(Collector.attributes(pooled.getAttributesList()))
          .containsEntry("reseal.connection_reused", "true");
      assertThat(collector.spans(SpanKind.SPAN_KIND_INTERNAL)).hasSize(1);
    }
  }

  private static void requireWithin(Span outer, Span inner) {
    requireWithin(
        outer.getStartTimeUnixNano(), inner.getStartTimeUnixNano(), inner.getEndTimeUnixNano());
    requireWithin(
        inner.getStartTimeUnixNano(), inner.getEndTimeUnixNano(), outer.getEndTimeUnixNano());
  }

  private static void requireWithin(long from, long moment, long to) {
    assertThat(moment).isBetween(from, to);
  }

  @Test
  void showsTheRequestThatWentOutOnADeadConnection() throws IOException {
    try (Collector collector = new Collector();
        Watched proxy = start(to(collector.endpoint(), 1, 64))) {
      proxy.origin().on("/x", (connection, head) -> {
        connection.receive(head);
        if (connection.origin().requests().size() == 2) {
          connection.close();
        } else {
          connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        }
      });
      sent(proxy, "");
      Fields again = sent(proxy, "");
      await().until(() -> collector.spans(SpanKind.SPAN_KIND_CLIENT).size() == 3);
      Span died = collector.spans(SpanKind.SPAN_KIND_CLIENT).get(1);
      Span served = collector.spans(SpanKind.SPAN_KIND_CLIENT).getLast();
      assertThat(died.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_ERROR);
      assertThat(Collector.attributes(died.getAttributesList()))
          .containsEntry("error.type", "closed_before_response")
          .containsEntry("reseal.connection_reused", "true")
          .doesNotContainKey("http.response.status_code");
      assertThat(served.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_UNSET);
      assertThat(Collector.attributes(served.getAttributesList()))
          .containsEntry("http.request.resend_count", "1")
          .containsEntry("http.response.status_code", "200");
      assertThat(again.first("traceparent")).contains(hex(served.getSpanId()));
      assertThat(served.getStartTimeUnixNano()).isEqualTo(died.getEndTimeUnixNano());
      assertThat(collector.servers()).hasSize(2);
    }
  }

  @Test
  void showsAnUpstreamThatCannotBeConnected() throws IOException {
    try (Collector collector = new Collector();
        Watched proxy = start(to(collector.endpoint(), 1, 64))) {
      int port = proxy.origin().port();
      proxy.origin().close();
      try (RawClient client = proxy.plainClient()) {
        assertThat(client.exchange(GET.formatted("")).status()).isEqualTo(502);
      }
      await().until(() -> collector.spans().size() == 2);
      Span client = collector.spans(SpanKind.SPAN_KIND_CLIENT).getFirst();
      assertThat(client.getParentSpanId())
          .isEqualTo(collector.servers().getFirst().getSpanId());
      assertThat(client.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_ERROR);
      assertThat(Collector.attributes(client.getAttributesList()))
          .containsEntry("error.type", "refused")
          .containsEntry("server.port", Integer.toString(port))
          .doesNotContainKey("http.response.status_code");
    }
  }

  @Test
  void sendsFieldsToACollectorWithAPrivateCa() throws Exception {
    Files.writeString(folder.resolve("token"), "Bearer 0123-top-secret\n");
    Files.writeString(
        folder.resolve("collector-ca.pem"), TestPki.pem(Certificates.DESTINATION.certificate()));
    try (Collector collector = Collector.encrypted(
            JdkTls.serverContext(Certificates.DESTINATION.issue("collector.test", "127.0.0.1")));
        Observed proxy = Observed.start(folder, exporting(collector, "collector-ca.pem"))) {
      unrouted(proxy);
      await().until(() -> collector.spans().size() == 1);
      assertThat(collector.heads().getFirst())
          .containsEntry("X-api-key", List.of("inline-secret"))
          .containsEntry("Authorization", List.of("Bearer 0123-top-secret"));
      assertThat(proxy.page("/config"))
          .contains("x-api-key", "authorization", "token", "collector-ca.pem")
          .doesNotContain("secret");
    }
  }

  @Test
  void sendsNothingToACollectorOfAnotherCa() throws Exception {
    Files.writeString(folder.resolve("token"), "secret\n");
    Files.writeString(
        folder.resolve("other-ca.pem"), TestPki.pem(Certificates.FRONT.certificate()));
    try (Collector collector = Collector.encrypted(
            JdkTls.serverContext(Certificates.DESTINATION.issue("collector.test", "127.0.0.1")));
        Observed proxy = Observed.start(folder, exporting(collector, "other-ca.pem"))) {
      unrouted(proxy);
      await().until(() -> proxy.scrape().sum(DROPPED, "reason=\"output_failed\"") == 1);
      assertThat(collector.heads()).isEmpty();
    }
  }

  private static String exporting(Collector collector, String ca) {
    return """
        listeners: [{name: http, address: "127.0.0.1:0"}]
        admin: {address: "127.0.0.1:0", statusAddress: off}
        tracing:
          endpoint: ENDPOINT
          destinationCA: FILE
          headers:
            - {name: x-api-key, value: inline-secret}
            - {name: authorization, valueFile: token}
        """.replace("ENDPOINT", collector.endpoint().toString()).replace("FILE", ca);
  }

  private static void unrouted(Observed proxy) throws IOException {
    try (RawClient client = RawClient.plain(proxy.listener("http"))) {
      assertThat(client.exchange(GET.formatted("")).status()).isEqualTo(404);
    }
  }

  private static Instant time(long nanos) {
    return Instant.ofEpochSecond(0, nanos);
  }

  @Test
  void continuesTheTraceOfAClientAndKeepsItsState() throws IOException {
    try (Collector collector = new Collector();
        Watched proxy = start(to(collector.endpoint(), 1, 64))) {
      Fields sent =
          sent(proxy, "traceparent: 00-" + TRACE + "-" + PARENT + "-00\r\ntracestate: a=1,b=2\r\n");
      await().until(() -> collector.spans().size() == 3);
      Span span = collector.servers().getFirst();
      Span client = collector.spans(SpanKind.SPAN_KIND_CLIENT).getFirst();
      assertThat(hex(span.getTraceId())).isEqualTo(TRACE);
      assertThat(hex(span.getParentSpanId())).isEqualTo(PARENT);
      assertThat(sent.all("traceparent"))
          .containsExactly("00-" + TRACE + "-" + hex(client.getSpanId()) + "-01");
      assertThat(sent.all("tracestate")).containsExactly("a=1,b=2");
    }
  }

  @Test
  void believesTrustedPeersOnWhatIsRecorded() throws IOException {
    try (Collector collector = new Collector();
        Watched proxy = Watched.start(setup -> setup
            .trustedPeers(new Network(InetAddress.ofLiteral("127.0.0.0"), 8))
            .tracing(to(collector.endpoint(), 1_000_000, 64)))) {
      for (String flags : new String[] {"00", "01"}) {
        assertThat(sent(proxy, "traceparent: 00-" + TRACE + "-" + PARENT + "-" + flags + "\r\n")
                .first("traceparent"))
            .startsWith("00-" + TRACE + "-")
            .endsWith("-" + flags);
      }
      await().until(() -> collector.servers().size() == 1);
    }
  }

  @Test
  void believesNobodyElseOnIt() throws IOException {
    try (Collector collector = new Collector();
        Watched proxy =
            Watched.start(setup -> setup.tracing(to(collector.endpoint(), 1_000_000, 64)))) {
      for (int i = 0; i < 20; i++) {
        sent(proxy, "traceparent: 00-" + TRACE + "-" + PARENT + "-01\r\n");
      }
      // One in a million is recorded; twenty times hardly ever.
      assertThat(sent(proxy, "traceparent: 00-" + TRACE + "-" + PARENT + "-01\r\n")
              .first("traceparent"))
          .startsWith("00-" + TRACE + "-")
          .endsWith("-00");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "traceparent: 00-" + TRACE + "-" + PARENT + "\r\n",
        "traceparent: 00-" + TRACE + "-" + PARENT + "-01-x\r\n",
        "traceparent: ff-" + TRACE + "-" + PARENT + "-01\r\n",
        "traceparent: 00-00000000000000000000000000000000-" + PARENT + "-01\r\n",
        "traceparent: 00-" + TRACE + "-0000000000000000-01\r\n",
        "traceparent: 00-4BF92F3577B34DA6A3CE929D0E0E4736-" + PARENT + "-01\r\n",
        "traceparent: 00-" + TRACE + "-" + PARENT + "-0g\r\n",
        "traceparent: \r\n",
        "traceparent: 00-" + TRACE + "-" + PARENT + "-01\r\ntraceparent: 00-" + TRACE + "-" + PARENT
            + "-01\r\n",
      })
  void beginsATraceWhereTheFieldIsBroken(String broken) throws IOException {
    try (Watched proxy = Watched.start(setup -> setup.tracing(starting()))) {
      Fields sent = sent(proxy, broken + "tracestate: a=1\r\n");
      assertThat(sent.all("traceparent")).hasSize(1);
      assertThat(sent.first("traceparent"))
          .matches("00-[0-9a-f]{32}-[0-9a-f]{16}-00")
          .doesNotContain(TRACE);
      assertThat(sent.has("tracestate")).isFalse();
    }
  }

  @Test
  void readsLaterVersions() throws IOException {
    try (Watched proxy = Watched.start(setup -> setup.tracing(starting()))) {
      assertThat(sent(proxy, "traceparent: 01-" + TRACE + "-" + PARENT + "-03-more\r\n")
              .first("traceparent"))
          .startsWith("00-" + TRACE + "-")
          .endsWith("-00")
          .doesNotContain(PARENT);
    }
  }

  @Test
  void passesTheFieldOnUntouchedUnlessAsked() throws IOException {
    try (Watched proxy = Watched.start(setup -> setup)) {
      assertThat(sent(proxy, "traceparent: anything\r\n").all("traceparent"))
          .containsExactly("anything");
      assertThat(sent(proxy, "").has("traceparent")).isFalse();
    }
  }

  @Test
  void marksFailuresOfUpstreams() throws IOException {
    try (Collector collector = new Collector();
        Watched proxy = start(to(collector.endpoint(), 1, 64))) {
      proxy.origin().on("/bad", "nothing like HTTP\r\n\r\n");
      try (RawClient client = proxy.plainClient()) {
        client.exchange("GET /bad HTTP/1.1\r\nHost: a.test\r\n\r\n");
        client.exchange("BREW /x HTTP/1.1\r\nHost: nobody.test\r\n\r\n");
      }
      await().until(() -> collector.servers().size() == 2);
      Span bad = collector.servers().getFirst();
      assertThat(bad.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_ERROR);
      assertThat(Collector.attributes(bad.getAttributesList()))
          .containsEntry("error.type", "invalid_response")
          .containsEntry("http.response.status_code", "502");
      Span asked = collector.spans(SpanKind.SPAN_KIND_CLIENT).getFirst();
      assertThat(asked.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_ERROR);
      assertThat(Collector.attributes(asked.getAttributesList()))
          .containsEntry("error.type", "invalid_response")
          .doesNotContainKey("http.response.status_code");
      Span unknown = collector.servers().getLast();
      assertThat(unknown.getName()).isEqualTo("HTTP");
      assertThat(unknown.getStatus().getCode()).isEqualTo(StatusCode.STATUS_CODE_UNSET);
      assertThat(Collector.attributes(unknown.getAttributesList()))
          .containsEntry("http.request.method", "_OTHER")
          .containsEntry("http.request.method_original", "BREW")
          .containsEntry("error.type", "no_route");
    }
  }

  @Test
  void servesWhileTheCollectorRefusesIsGoneOrStandsStill() throws IOException {
    try (Collector collector = new Collector();
        Watched proxy = start(to(collector.endpoint(), 1, 64))) {
      collector.answer(503);
      sent(proxy, "");
      await().until(() -> proxy.scrape().sum(DROPPED, "reason=\"output_failed\"") == 3);
      collector.answer(200);
      sent(proxy, "");
      await().until(() -> collector.spans().size() == 2);
      collector.close();
      sent(proxy, "");
      await().until(() -> proxy.scrape().sum(DROPPED, "reason=\"output_failed\"") == 5);
    }
    try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"));
        Watched proxy = Watched.start(setup -> setup.tracing(
            to(URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/v1/traces"), 1, 64)))) {
      try (RawClient client = proxy.plainClient()) {
        for (int i = 0; i < 1_000; i++) {
          assertThat(client.exchange(GET.formatted("")).status()).isEqualTo(200);
        }
      }
      assertThat(proxy.scrape().sum(DROPPED, "reason=\"queue_full\"")).isPositive();
    }
  }
}
