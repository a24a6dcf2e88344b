package io.reseal.core.http;

import static io.reseal.core.http.Heads.bare;
import static io.reseal.core.http.Heads.fields;
import static io.reseal.core.http.Heads.http1;
import static io.reseal.core.http.Heads.http2;
import static io.reseal.core.http.Heads.passed;
import static io.reseal.core.http.Heads.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpVersion;
import io.reseal.config.Limits;
import io.reseal.config.RequestPolicy;
import io.reseal.core.failure.Failure.RequestRejected;
import io.reseal.core.http.RequestHead.Framing;
import io.reseal.core.http.RequestHead.Version;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CanonicalRequestTest {

  // ---- start line

  @Test
  void servesVersionsOfHttp1() {
    assertThat(CanonicalRequest.version(HttpVersion.HTTP_1_1)).isNull();
    assertThat(CanonicalRequest.version(HttpVersion.HTTP_1_0)).isNull();
    for (String text : new String[] {"HTTP/2.0", "HTTP/0.9", "RTSP/1.0"}) {
      assertThat(CanonicalRequest.version(HttpVersion.valueOf(text)))
          .isInstanceOfSatisfying(
              RequestRejected.class, rejected -> assertThat(rejected.status()).isEqualTo(505));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD", "PROPFIND", "M-SEARCH", "x", "Purge"})
  void acceptsMethods(String method) {
    assertThat(refused(http1(method, "/"))).isEqualTo("passed");
  }

  @ParameterizedTest
  @CsvSource({
    "CONNECT, 501 connect",
    "TRACE, 405 trace",
    "get, 400 method",
    "Post, 400 method",
    "connect, 400 method",
    "'G T', 400 method",
    "G:T, 400 method",
    "'', 400 method",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG, 400 method",
  })
  void refusesMethods(String method, String refusal) {
    assertThat(refused(http1(method, "/"))).isEqualTo(refusal);
  }

  @ParameterizedTest
  @CsvSource({
    "/, /, '', /",
    "/a/b?c=d, /a/b, ?c=d, /a/b",
    "/a?b?c/../d, /a, ?b?c/../d, /a",
    "/a/../b?, /b, ?, /b",
    "/a;v=1/b, /a;v=1/b, '', /a/b",
    "/?q={\"x\"|y}, /, ?q={\"x\"|y}, /",
    "http://a.test/x, /x, '', /x",
    "HTTPS://a.test?y, /, ?y, /",
    "http://a.test, /, '', /",
  })
  void splitsTheTarget(String target, String path, String query, String routingPath) {
    RequestHead head = passed(http1("GET", target));
    assertThat(head.path()).isEqualTo(path);
    assertThat(head.query()).isEqualTo(query);
    assertThat(head.routingPath()).isEqualTo(routingPath);
  }

  @ParameterizedTest
  @CsvSource({
    "'', 400 target",
    "a, 400 target",
    "*, 400 target",
    "?a, 400 target",
    "a.test:443, 400 target",
    "ftp://a.test/, 400 target",
    "/a b, 400 target",
    "/a#b, 400 target",
    "/\u00fc, 400 target",
    "/a\\b, 400 path",
    "/a|b, 400 path",
    "/a\"b, 400 path",
    "/.., 400 path",
    "/%00, 400 path",
    "/a%2fb, 400 path",
    "http:///x, 400 host",
    "http://user@a.test/, 400 host",
    "http://a.test:0/, 400 host",
  })
  void refusesTargets(String target, String refusal) {
    assertThat(refused(http1("GET", target))).isEqualTo(refusal);
  }

  @Test
  void asksTheServerAsAWholeByOptionsOnly() {
    RequestHead head = passed(http1("OPTIONS", "*"));
    assertThat(head.path()).isEqualTo("*");
    assertThat(head.host()).isEqualTo("a.test");
    assertThat(refused(http2("OPTIONS", "*"))).isEqualTo("passed");
  }

  // ---- authority

  @Test
  void takesTheHostFromTheHostField() {
    RequestHead head = passed(bare(Version.HTTP_1_1, "GET", "/", fields("hOST", "A.Test.:8443")));
    assertThat(head.host()).isEqualTo("a.test");
    assertThat(head.port()).isEqualTo(8443);
    assertThat(head.authority()).isEqualTo("a.test:8443");
  }

  @Test
  void takesTheHostFromAnAbsoluteTarget() {
    RequestHead head = passed(http1("GET", "http://B.test:81/"));
    assertThat(head.authority()).isEqualTo("b.test:81");
  }

  @Test
  void writesIpv6LiteralsInBrackets() {
    RequestHead head = passed(bare(Version.HTTP_1_1, "GET", "/", fields("Host", "[::1]:80")));
    assertThat(head.host()).isEqualTo("::1");
    assertThat(head.authority()).isEqualTo("[::1]:80");
  }

  @Test
  void needsOneHostField() {
    assertThat(refused(bare(Version.HTTP_1_1, "GET", "/", fields()))).isEqualTo("400 host");
    assertThat(refused(bare(Version.HTTP_1_1, "GET", "http://a.test/", fields())))
        .isEqualTo("400 host");
    assertThat(refused(http1("GET", "/", "Host", "a.test"))).isEqualTo("400 host");
    assertThat(refused(bare(Version.HTTP_1_1, "GET", "http://a.test/", fields("Host", "a b"))))
        .isEqualTo("400 host");
    RequestHead old = passed(bare(Version.HTTP_1_0, "GET", "/", fields()));
    assertThat(old.host()).isEmpty();
  }

  @Test
  void needsOneMeaningOfTheHttp2Authority() {
    assertThat(passed(http2("GET", "/")).host()).isEqualTo("a.test");
    assertThat(refused(http2("GET", "/", "host", "A.TEST"))).isEqualTo("passed");
    assertThat(refused(http2("GET", "/", "host", "b.test"))).isEqualTo("400 host");
    assertThat(refused(http2("GET", "/", "host", "a.test:443"))).isEqualTo("400 host");
    assertThat(refused(pseudo(null, "https", "/", fields()))).isEqualTo("400 host");
    assertThat(refused(pseudo("", "https", "/", fields()))).isEqualTo("400 host");
    assertThat(passed(pseudo(null, "https", "/", fields("host", "b.test"))).host())
        .isEqualTo("b.test");
  }

  @Test
  void needsThePseudoFieldsOfHttp2() {
    assertThat(refused(pseudo("a.test", null, "/", fields()))).isEqualTo("400 pseudo-fields");
    assertThat(refused(pseudo("a.test", "http", "/", fields()))).isEqualTo("400 scheme");
    assertThat(refused(pseudo("a.test", "HTTPS", "/", fields()))).isEqualTo("passed");
    assertThat(refused(pseudo("a.test", "https", "", fields()))).isEqualTo("400 target");
    assertThat(refused(http2("GET", "https://a.test/"))).isEqualTo("400 target");
    assertThat(refused(http2("", "/"))).startsWith("400");
  }

  private static RequestHead pseudo(
      @Nullable String authority, @Nullable String scheme, String path, HttpHeaders fields) {
    return new RequestHead(Version.HTTP_2, "GET", path, fields, authority, scheme);
  }

  // ---- framing

  @Test
  void findsTheFraming() {
    assertThat(passed(http1("POST", "/")).framing()).isEqualTo(Framing.NONE);
    RequestHead empty = passed(http1("POST", "/", "Content-Length", "0"));
    assertThat(empty.framing()).isEqualTo(Framing.NONE);
    assertThat(empty.contentLength()).isZero();
    RequestHead sized = passed(http1("POST", "/", "Content-Length", "7"));
    assertThat(sized.framing()).isEqualTo(Framing.LENGTH);
    assertThat(sized.contentLength()).isEqualTo(7);
    RequestHead chunked = passed(http1("POST", "/", "Transfer-Encoding", "Chunked"));
    assertThat(chunked.framing()).isEqualTo(Framing.STREAMED);
    assertThat(chunked.contentLength()).isEqualTo(-1);
  }

  @Test
  void findsTheFramingInHttp2() {
    assertThat(passed(http2("POST", "/")).framing()).isEqualTo(Framing.STREAMED);
    assertThat(passed(http2("POST", "/", "content-length", "7")).framing())
        .isEqualTo(Framing.LENGTH);
    RequestHead ended = http2("GET", "/");
    ended.endOfStream(true);
    assertThat(passed(ended).framing()).isEqualTo(Framing.NONE);
  }

  @ParameterizedTest
  @CsvSource({
    "'7, 7', 400 content-length",
    "+7, 400 content-length",
    "-7, 400 content-length",
    "'7 ', 400 content-length",
    "0x7, 400 content-length",
    "'', 400 content-length",
    "1000000000000000000, 400 content-length",
    "999999999999999999, 413 body-too-large",
    "17179869184, passed",
    "17179869185, 413 body-too-large",
  })
  void readsContentLengthStrictly(String value, String outcome) {
    assertThat(refused(http1("POST", "/", "Content-Length", value))).isEqualTo(outcome);
  }

  @ParameterizedTest
  @CsvSource({
    "gzip, 501 transfer-encoding",
    "'gzip, chunked', 501 transfer-encoding",
    "xchunked, 501 transfer-encoding",
    "' chunked', 400 transfer-encoding",
    "'chunked, chunked', 501 transfer-encoding",
    "'', 501 transfer-encoding",
  })
  void readsTransferEncodingStrictly(String value, String outcome) {
    assertThat(refused(http1("POST", "/", "Transfer-Encoding", value))).isEqualTo(outcome);
  }

  @Test
  void refusesWhatCouldBeReadTwoWays() {
    assertThat(refused(http1("POST", "/", "Content-Length", "7", "Transfer-Encoding", "chunked")))
        .isEqualTo("400 framing");
    assertThat(refused(http1("POST", "/", "Content-Length", "7", "content-length", "7")))
        .isEqualTo("400 content-length");
    assertThat(refused(
            http1("POST", "/", "Transfer-Encoding", "chunked", "Transfer-Encoding", "chunked")))
        .isEqualTo("400 transfer-encoding");
    assertThat(refused(bare(
            Version.HTTP_1_0,
            "POST",
            "/",
            fields("Host", "a.test", "Transfer-Encoding", "chunked"))))
        .isEqualTo("400 transfer-encoding");
    assertThat(refused(http1("GET", "/", "Sec-WebSocket-Key1", "x")))
        .isEqualTo("400 websocket-draft");
  }

  // ---- limits

  @Test
  void boundsTheTarget() {
    String longest = "/" + "a".repeat(Limits.DEFAULT.requestTargetBytes() - 1);
    assertThat(refused(http1("GET", longest))).isEqualTo("passed");
    assertThat(refused(http1("GET", longest + "a"))).isEqualTo("414 target-too-long");
  }

  @Test
  void boundsTheNumberOfFields() {
    HttpHeaders fields = fields("Host", "a.test");
    for (int i = 1; i < Limits.DEFAULT.requestFields(); i++) {
      fields.add("cookie", "a=" + i);
    }
    assertThat(refused(bare(Version.HTTP_1_1, "GET", "/", fields))).isEqualTo("passed");
    fields.add("cookie", "one=more");
    assertThat(refused(bare(Version.HTTP_1_1, "GET", "/", fields)))
        .isEqualTo("431 too-many-fields");
  }

  @Test
  void boundsTheHead() {
    String value = "x".repeat(Limits.DEFAULT.requestHeadBytes());
    assertThat(refused(http1("GET", "/", "x", value))).isEqualTo("431 head-too-large");
    // HPACK's overhead of 32 bytes counts too: tiny fields are not free.
    Limits tight = new Limits(1, 100, 500, 100, 1, 1, 1, 1, 1, 1, 1, 1);
    CanonicalRequest rules = new CanonicalRequest(RequestPolicy.DEFAULT, tight);
    String[] tiny = new String[32];
    Arrays.fill(tiny, "x");
    assertThat(refused(http2("GET", "/", tiny), rules)).isEqualTo("431 head-too-large");
    assertThat(refused(http1("GET", "/", tiny), rules)).isEqualTo("passed");
  }

  // ---- expectation and upgrade

  @Test
  void knowsOneExpectation() {
    assertThat(passed(http1("POST", "/", "Content-Length", "1", "Expect", "100-Continue"))
            .expectsContinue())
        .isTrue();
    assertThat(passed(http1("GET", "/", "Expect", "100-continue")).expectsContinue())
        .isFalse();
    assertThat(refused(http1("POST", "/", "Expect", "200-ok"))).isEqualTo("417 expect");
    assertThat(refused(http1("POST", "/", "Expect", "100-continue", "Expect", "100-continue")))
        .isEqualTo("417 expect");
    RequestHead old = bare(
        Version.HTTP_1_0,
        "POST",
        "/",
        fields("Host", "a.test", "Expect", "anything", "Content-Length", "1"));
    assertThat(passed(old).expectsContinue()).isFalse();
  }

  @Test
  void findsTheUpgrade() {
    assertThat(passed(http1("GET", "/", "Upgrade", "WebSocket", "Connection", "close, Upgrade"))
            .upgrade())
        .isEqualTo("websocket");
  }

  @Test
  void ignoresUpgradesThatCannotBe() {
    assertThat(passed(http1("GET", "/", "Upgrade", "websocket")).upgrade()).isNull();
    assertThat(
            passed(http1("GET", "/", "Upgrade", "h2c", "Connection", "upgrade")).upgrade())
        .isNull();
    assertThat(passed(http1("GET", "/", "Upgrade", "a, b", "Connection", "upgrade"))
            .upgrade())
        .isNull();
    assertThat(passed(http1(
                "POST",
                "/",
                "Upgrade",
                "websocket",
                "Connection",
                "upgrade",
                "Content-Length",
                "1"))
            .upgrade())
        .isNull();
    assertThat(refused(http1("GET", "/", "Upgrade", "a", "Upgrade", "b", "Connection", "upgrade")))
        .isEqualTo("400 upgrade");
  }
}
