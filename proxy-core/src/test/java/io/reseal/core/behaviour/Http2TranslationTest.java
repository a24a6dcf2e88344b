package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.testkit.Fields;
import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.Pattern;
import io.reseal.testkit.RecordedRequest;
import io.reseal.testkit.Reply;
import io.reseal.testkit.TestBed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests in HTTP/2 become requests in HTTP/1.1 that mean the same, or nothing at all. */
final class Http2TranslationTest {
  private static final String[] GET = {
    ":method: GET", ":scheme: https", ":authority: a.test", ":path: /h2"
  };
  private static final String[] POST = {
    ":method: POST", ":scheme: https", ":authority: a.test", ":path: /h2"
  };

  private TestBed bed;

  @BeforeEach
  void start() throws IOException {
    bed = TestBed.start();
  }

  @AfterEach
  void stop() {
    bed.close();
  }

  private static String[] with(String[] head, String... more) {
    return Stream.concat(Stream.of(head), Stream.of(more)).toArray(String[]::new);
  }

  private Fields forwarded(String... more) throws IOException {
    try (H2RawClient client = bed.h2Client()) {
      H2RawClient.Outcome outcome = client.read(client.request(true, with(GET, more)));
      assertThat(outcome.complete().status()).isEqualTo(200);
    }
    return bed.origin().lastRequest().fields();
  }

  @Test
  void makesAnHttp11Request() throws IOException {
    Fields fields = forwarded("user-agent: x", "accept: */*");
    RecordedRequest request = bed.origin().lastRequest();
    assertThat(request.head().method()).isEqualTo("GET");
    assertThat(request.head().target()).isEqualTo("/h2");
    assertThat(request.head().third()).isEqualTo("HTTP/1.1");
    assertThat(fields.all("host")).containsExactly("a.test");
    assertThat(fields.first("user-agent")).isEqualTo("x");
    assertThat(fields.has("content-length")).isFalse();
    assertThat(fields.has("transfer-encoding")).isFalse();
    assertThat(fields.names())
        .noneMatch(name -> name.startsWith(":") || name.startsWith("x-http2"));
  }

  @Test
  void joinsCookieCrumbs() throws IOException {
    assertThat(forwarded("cookie: a=1", "x: y", "cookie: b=2", "cookie: c=3").all("cookie"))
        .containsExactly("a=1; b=2; c=3");
  }

  @Test
  void keepsOtherFieldsApartOrInOrder() throws IOException {
    Fields fields = forwarded("accept: a", "accept: b", "te: trailers");
    assertThat(String.join(", ", fields.all("accept"))).isEqualTo("a, b");
    assertThat(fields.all("te")).allMatch(value -> value.equals("trailers"));
  }

  @Test
  void sendsABodyWithoutLengthInChunks() throws IOException {
    try (H2RawClient client = bed.h2Client()) {
      int stream = client.request(false, POST);
      client.data(stream, false, "abc");
      client.data(stream, true, "def");
      assertThat(client.read(stream).complete().bodyText()).endsWith("abcdef");
    }
    Fields fields = bed.origin().lastRequest().fields();
    assertThat(fields.all("transfer-encoding")).containsExactly("chunked");
    assertThat(fields.has("content-length")).isFalse();
  }

  @Test
  void sendsABodyWithLengthByLength() throws IOException {
    try (H2RawClient client = bed.h2Client()) {
      int stream = client.request(false, with(POST, "content-length: 6"));
      client.data(stream, false, "abc");
      client.data(stream, true, "def");
      assertThat(client.read(stream).complete().bodyText()).endsWith("abcdef");
    }
    Fields fields = bed.origin().lastRequest().fields();
    assertThat(fields.all("content-length")).containsExactly("6");
    assertThat(fields.has("transfer-encoding")).isFalse();
  }

  @Test
  void framesAnEmptyBodyLegally() throws IOException {
    try (H2RawClient client = bed.h2Client()) {
      int zero = client.request(true, with(POST, "content-length: 0"));
      assertThat(client.read(zero).complete().status()).isEqualTo(200);
      int late = client.request(false, POST);
      client.data(late, true, "");
      assertThat(client.read(late).complete().status()).isEqualTo(200);
      int none = client.request(true, POST);
      assertThat(client.read(none).complete().status()).isEqualTo(200);
    }
    assertThat(bed.origin().requests()).allMatch(request -> request.body().length == 0);
    assertThat(bed.origin().connections()).hasSize(1);
  }

  @Test
  void forwardsTrailersAfterTheLastChunk() throws IOException {
    try (H2RawClient client = bed.h2Client()) {
      int stream = client.request(false, with(POST, "trailer: x-sum"));
      client.data(stream, false, "abc");
      client.headers(stream, true, "x-sum: 1");
      assertThat(client.read(stream).complete().status()).isEqualTo(200);
    }
    assertThat(bed.origin().lastRequest().trailers().first("x-sum")).isEqualTo("1");
  }

  @Test
  void relaysTrailersOfTheResponse() throws IOException {
    bed.origin()
        .on(
            "/h2",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                + "3\r\nabc\r\n0\r\nX-Sum: 1\r\nContent-Length: 9\r\n\r\n");
    try (H2RawClient client = bed.h2Client()) {
      Reply reply = client.read(client.request(true, GET)).complete();
      assertThat(reply.bodyText()).isEqualTo("abc");
      assertThat(reply.trailers().first("x-sum")).isEqualTo("1");
      assertThat(reply.trailers().has("content-length")).isFalse();
    }
  }

  @Test
  void removesConnectionFieldsOfTheResponse() throws IOException {
    bed.origin()
        .on(
            "/h2",
            "HTTP/1.1 200 OK\r\nConnection: keep-alive, X-One\r\nKeep-Alive: timeout=5\r\n"
                + "X-One: 1\r\nTransfer-Encoding: chunked\r\nProxy-Connection: x\r\nUpgrade: h2c\r\n"
                + "X-Two: 2\r\n\r\n0\r\n\r\n");
    try (H2RawClient client = bed.h2Client()) {
      Reply reply = client.read(client.request(true, GET)).complete();
      assertThat(reply.fields().lines())
          .extracting(Fields.Field::name)
          .doesNotContain(
              "connection",
              "keep-alive",
              "x-one",
              "transfer-encoding",
              "proxy-connection",
              "upgrade")
          .contains("x-two")
          .allMatch(name -> name.equals(name.toLowerCase(java.util.Locale.ROOT)));
    }
  }

  @ParameterizedTest
  @CsvSource({"HEAD, 200, 5", "GET, 204, 0", "GET, 304, 5", "GET, 200, 0"})
  void endsBodilessResponsesAtTheirHead(String method, int status, int length) throws IOException {
    String declared = length > 0 ? "Content-Length: " + length + "\r\n" : "";
    String zero = status == 200 && length == 0 ? "Content-Length: 0\r\n" : "";
    bed.origin().on("/h2", "HTTP/1.1 " + status + " X\r\n" + declared + zero + "\r\n");
    try (H2RawClient client = bed.h2Client()) {
      int stream = client.request(
          true, ":method: " + method, ":scheme: https", ":authority: a.test", ":path: /h2");
      Reply reply = client.read(stream).complete();
      assertThat(reply.status()).isEqualTo(status);
      assertThat(reply.body()).isEmpty();
    }
    assertThat(bed.origin().connections()).hasSize(1);
  }

  @Test
  void servesManyStreamsAtOnce() throws IOException {
    try (H2RawClient client = bed.h2Client()) {
      List<Integer> streams = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        streams.add(client.request(
            true, ":method: GET", ":scheme: https", ":authority: a.test", ":path: /" + i));
      }
      for (int i = 0; i < 50; i++) {
        assertThat(client.read(streams.get(i)).complete().bodyText())
            .startsWith("GET /" + i + "\n");
      }
    }
  }

  @Test
  void echoesALargeBody() throws IOException {
    bed.origin().on("/h2", (connection, head) -> {
      RecordedRequest request = connection.receive(head);
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + request.body().length + "\r\n\r\n");
      connection.send(request.body());
    });
    byte[] body = Pattern.first(60_000);
    try (H2RawClient client = bed.h2Client()) {
      int stream = client.request(false, POST);
      for (int at = 0; at < body.length; at += 10_000) {
        boolean last = at + 10_000 == body.length;
        client.data(stream, last, java.util.Arrays.copyOfRange(body, at, at + 10_000));
      }
      assertThat(client.read(stream).complete().body()).isEqualTo(body);
    }
  }

  static Stream<Arguments> malformedHeads() {
    String m = ":method: GET";
    String s = ":scheme: https";
    String a = ":authority: a.test";
    String p = ":path: /bad";
    return Stream.of(
        args("no method", s, a, p),
        args("no scheme", m, a, p),
        args("no path", m, s, a),
        args("empty path", m, s, a, ":path: "),
        args("no authority and no host", m, s, p),
        args("two methods", m, m, s, a, p),
        args("two paths", m, s, a, p, p),
        args("late pseudo field", m, s, a, "x: y", p),
        args("unknown pseudo field", m, s, a, p, ":x: y"),
        args("status", m, s, a, p, ":status: 200"),
        args("method with request line", ":method: GET /x HTTP/1.1", s, a, p),
        args("method with CRLF", ":method: GET\r\nX: y", s, a, p),
        args("method no token", ":method: G(T", s, a, p),
        args("path with space", m, s, a, ":path: /a b"),
        args("path with CRLF", m, s, a, ":path: /a HTTP/1.1\r\nX: y"),
        args("path without slash", m, s, a, ":path: bad"),
        args("absolute path", m, s, a, ":path: https://a.test/bad"),
        args("path asterisk", m, s, a, ":path: *"),
        args("path with fragment", m, s, a, ":path: /a#b"),
        args("path 8 bit", m, s, a, ":path: /\u00E9"),
        args("scheme http", m, ":scheme: http", a, p),
        args("scheme javascript", m, ":scheme: javascript", a, p),
        args("scheme with more", m, ":scheme: https://e/?", a, p),
        args("authority with user", m, s, ":authority: u@a.test", p),
        args("authority with path", m, s, ":authority: a.test/x", p),
        args("authority with space", m, s, ":authority: a.test b", p),
        args("authority with port out of range", m, s, ":authority: a.test:99999", p),
        args("authority empty", m, s, ":authority: ", p),
        args("authority and another host", m, s, a, p, "host: b.test"),
        args("two hosts", m, s, p, "host: a.test", "host: b.test"),
        args("authority and two hosts", m, s, a, p, "host: a.test", "host: b.test"),
        args("value with CR", m, s, a, p, "x: a\rb"),
        args("value with LF", m, s, a, p, "x: a\nb"),
        args("value with NUL", m, s, a, p, "x: a\u0000b"),
        args("value with control", m, s, a, p, "x: a\u0001b"),
        args("value with DEL", m, s, a, p, "x: a\u007Fb"),
        args("value with leading space", m, s, a, p, "x:  a"),
        args("value with trailing space", m, s, a, p, "x: a "),
        args("name in upper case", m, s, a, p, "X: a"),
        args("name with space", m, s, a, p, "x y: a"),
        args("name with CRLF", m, s, a, p, "x\r\ny: a"),
        args("name with underscore", m, s, a, p, "x_y: a"),
        args("connection", m, s, a, p, "connection: close"),
        args("keep-alive", m, s, a, p, "keep-alive: timeout=5"),
        args("proxy-connection", m, s, a, p, "proxy-connection: close"),
        args("transfer-encoding", m, s, a, p, "transfer-encoding: chunked"),
        args("upgrade", m, s, a, p, "upgrade: websocket"),
        args("te gzip", m, s, a, p, "te: gzip"),
        args("two lengths", m, s, a, p, "content-length: 0", "content-length: 1"),
        args("length no number", m, s, a, p, "content-length: +0"),
        args("length without body", m, s, a, p, "content-length: 5"),
        args("plain CONNECT", ":method: CONNECT", ":authority: a.test:443"),
        args("CONNECT with path", ":method: CONNECT", s, a, p),
        args(
            "extended CONNECT unasked",
            ":method: CONNECT",
            ":protocol: websocket",
            s,
            a,
            ":path: /ws"),
        args("TRACE", ":method: TRACE", s, a, p),
        args("expect", m, s, a, p, "expect: x"));
  }

  private static Arguments args(String name, String... fields) {
    return Arguments.of(name, fields);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformedHeads")
  void refusesMalformedHeadsAndForwardsNothing(String name, String[] fields) throws IOException {
    TestBed.Mark mark = bed.mark();
    try (H2RawClient client = bed.h2Client()) {
      H2RawClient.Outcome outcome = client.read(client.request(true, fields));
      assertThat(outcome.isRefused() || outcome.status() >= 400 && outcome.status() < 600)
          .as("%s", outcome)
          .isTrue();
      assertThat(outcome.status()).isNotIn(500, 502, 503);
    }
    mark.requireNothingForwarded();
  }

  @ParameterizedTest
  @ValueSource(strings = {"http2-settings: AAMAAABkAAQAoAAAAAIAAAAA", "x-http2-stream-id: 1"})
  void dropsFieldsOfOtherConnections(String field) throws IOException {
    try (H2RawClient client = bed.h2Client()) {
      H2RawClient.Outcome outcome = client.read(client.request(true, with(GET, field)));
      if (outcome.status() == 200 && field.startsWith("http2")) {
        assertThat(bed.origin().lastRequest().fields().has("http2-settings")).isFalse();
      }
    }
  }

  @Test
  void acceptsHostInPlaceOfAuthority() throws IOException {
    try (H2RawClient client = bed.h2Client()) {
      int host = client.request(true, ":method: GET", ":scheme: https", ":path: /", "host: a.test");
      assertThat(client.read(host).complete().status()).isEqualTo(200);
      int both = client.request(true, with(GET, "host: A.test"));
      assertThat(client.read(both).status()).isIn(200, 400);
    }
    assertThat(bed.origin().requests())
        .allMatch(request -> request.fields().all("host").size() == 1);
  }

  static Stream<Arguments> malformedEnds() {
    return Stream.of(
        Arguments.of("shorter than declared", "content-length: 5", "abc", ""),
        Arguments.of("longer than declared", "content-length: 2", "abc", ""),
        Arguments.of("trailers with pseudo field", "x: y", "abc", ":path: /x"),
        Arguments.of("trailers in upper case", "x: y", "abc", "X-Sum: 1"),
        Arguments.of("trailers with connection", "x: y", "abc", "connection: close"),
        Arguments.of(
            "trailers with transfer-encoding", "x: y", "abc", "transfer-encoding: chunked"),
        Arguments.of("trailers with CRLF", "x: y", "abc", "x-sum: 1\r\nX: y"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformedEnds")
  void breaksTheForwardedRequestOffAtAMalformedEnd(
      String name, String field, String body, String trailer) throws IOException {
    TestBed.Mark mark = bed.mark();
    try (H2RawClient client = bed.h2Client()) {
      int stream = client.request(false, with(POST, field));
      client.data(stream, trailer.isEmpty(), body);
      if (!trailer.isEmpty()) {
        client.headers(stream, true, trailer);
      }
      H2RawClient.Outcome outcome = client.read(stream);
      assertThat(outcome.isRefused() || outcome.status() == 400)
          .as("%s", outcome)
          .isTrue();
    }
    mark.requireNoWholeRequest("/h2");
  }

  @Test
  void neverForwardsForbiddenTrailers() throws IOException {
    try (H2RawClient client = bed.h2Client()) {
      int stream = client.request(false, POST);
      client.data(stream, false, "abc");
      client.headers(stream, true, "content-length: 100", "host: b.test", "x-sum: 1");
      client.read(stream);
    }
    for (RecordedRequest request : bed.origin().requests()) {
      assertThat(request.trailers().names()).doesNotContain("content-length", "host");
    }
  }

  @Test
  void refusesTrailersThatAreNotTheEnd() throws IOException {
    TestBed.Mark mark = bed.mark();
    try (H2RawClient client = bed.h2Client()) {
      int stream = client.request(false, POST);
      client.data(stream, false, "abc");
      client.headers(stream, false, "x-sum: 1");
      client.data(stream, true, "def");
      H2RawClient.Outcome outcome = client.read(stream);
      assertThat(outcome.isRefused() || outcome.status() == 400)
          .as("%s", outcome)
          .isTrue();
    }
    mark.requireNoWholeRequest("/h2");
  }

  @Test
  void goesOnWithOtherStreamsAfterABadOne() throws IOException {
    try (H2RawClient client = bed.h2Client()) {
      int bad = client.request(true, with(GET, "connection: close"));
      int good = client.request(true, GET);
      assertThat(client.read(bad).status()).isNotEqualTo(200);
      assertThat(client.read(good).complete().status()).isEqualTo(200);
    }
  }

  @Test
  void answersHttp11AfterTheAgreementOnHttp2ByClosing() throws IOException {
    TestBed.Mark mark = bed.mark();
    try (var client = io.reseal.testkit.ProxyFixture.hello("a.test")
        .withApplicationProtocols("h2")
        .connect(bed.proxy().https())) {
      assertThat(client.applicationProtocol()).isEqualTo("h2");
      client.send("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n");
      assertThat(client.readToEnd().text()).doesNotContain("HTTP/1.1 200");
    }
    mark.requireNothingForwarded();
  }
}
