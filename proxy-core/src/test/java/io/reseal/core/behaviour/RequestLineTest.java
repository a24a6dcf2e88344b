package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordedRequest;
import io.reseal.testkit.Reply;
import io.reseal.testkit.TestBed;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Request lines and Host fields: one reading or none. */
final class RequestLineTest {
  private static final String HOST = "\r\nHost: a.test\r\n\r\n";

  private static TestBed bed;

  @BeforeAll
  static void start() throws IOException {
    bed = TestBed.start();
  }

  @AfterAll
  static void stop() {
    bed.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET  / HTTP/1.1",
        "GET /  HTTP/1.1",
        "GET\t/ HTTP/1.1",
        "GET\u000B/ HTTP/1.1",
        "GET\f/ HTTP/1.1",
        "GET /\tHTTP/1.1",
        "GET / HTTP/1.1 ",
        " GET / HTTP/1.1",
        "GET /\nHTTP/1.1",
        "GET /",
        "GET",
        "GET HTTP/1.1",
        "GET / ",
        "GET / HTTP/01.1",
        "GET / http/1.1",
        "GET / HTTP/1.32",
        "GET / HTTP/1.",
        "GET / HTTP/1",
        "GET / HTTP/.1",
        "GET / HTTP/1.1x",
        "GET / HTTP /1.1",
        "GET / HTTP/+1.1",
        "GET / FOO/1.1",
        "GET / / HTTP/1.1",
        "GET / HTTP/2.0",
        "GET / HTTP/3.0",
        "GET / HTTP/0.9",
        "PRI * HTTP/2.0"
      })
  void rejectsMalformedRequestLines(String line) throws IOException {
    bed.requireRejected(bed.client(), line + HOST, 400, 505);
  }

  @Test
  void takesLaterMinorVersionsForHttp11() throws IOException {
    Reply reply = bed.exchange("GET /minor HTTP/1.2" + HOST);
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.version()).isEqualTo("HTTP/1.1");
    assertThat(bed.origin().lastRequest().head().third()).isEqualTo("HTTP/1.1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"G\"T", "", "G(T", "G/T", "G@T", "G{T", "G\u00E9T", "G,T", "G:T", "G;T"})
  void rejectsMethodsThatAreNoToken(String method) throws IOException {
    bed.requireRejected(bed.client(), method + " / HTTP/1.1" + HOST, 400, 501);
  }

  @ParameterizedTest
  @ValueSource(strings = {"get", "FOO", "PROPFIND", "Get"})
  void forwardsUnknownMethodsUnchangedOrNotAtAll(String method) throws IOException {
    Reply reply = bed.exchange(method + " /method HTTP/1.1" + HOST);
    assertThat(reply.status()).isIn(200, 400, 501);
    if (reply.status() == 200) {
      assertThat(bed.origin().lastRequest().head().method()).isEqualTo(method);
    }
  }

  @Test
  void boundsTheMethod() throws IOException {
    Reply reply = bed.exchange("M".repeat(300) + " / HTTP/1.1" + HOST);
    assertThat(reply.status()).isIn(200, 400, 501);
    bed.requireRejected(
        bed.client(), "M".repeat(40_000) + " / HTTP/1.1" + HOST, 400, 414, 431, 501);
  }

  @ParameterizedTest
  @ValueSource(strings = {"CONNECT a.test:443", "CONNECT a.test:80", "CONNECT /", "CONNECT *"})
  void opensNoTunnelByConnect(String start) throws IOException {
    bed.requireRejected(bed.client(), start + " HTTP/1.1" + HOST, 400, 405, 501);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "TRACE / HTTP/1.1\r\nHost: a.test\r\n\r\n",
        "TRACE / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 3\r\n\r\nabc"
      })
  void answersTraceItself(String request) throws IOException {
    bed.requireRejected(bed.client(), request, 400, 405, 501);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "*",
        "*/x",
        "admin",
        "a.test",
        "a.test:443",
        "/a#b",
        "/#",
        "/a b",
        "/\u0080",
        "/\u00E9",
        "/%00",
        "/%zz",
        "/%",
        "/%2",
        "/a%2",
        "https://",
        "https:///x",
        "https://u@a.test/",
        "https://u:p@a.test/",
        "ftp://a.test/",
        "https:a.test",
        "https:/a.test/",
        "://a.test/",
        "javascript:alert(1)",
        "https://a.test:99999/",
        "https://a.test:x/",
        "https://a.test\\@b.test/",
        "?a=b",
        "."
      })
  void rejectsTargetsThatAreNoPath(String target) throws IOException {
    bed.requireRejected(bed.client(), "GET " + target + " HTTP/1.1" + HOST, 400);
  }

  /** Not allowed by RFC 3986, and yet sent by browsers. */
  @ParameterizedTest
  @ValueSource(strings = {"/a\"b", "/a<b", "/a>b", "/a`b", "/a{b}", "/a|b", "/a^b"})
  void forwardsUnusualCharactersUnchangedOrNotAtAll(String target) throws IOException {
    Reply reply = bed.exchange("GET " + target + " HTTP/1.1" + HOST);
    assertThat(reply.status()).isIn(200, 400);
    if (reply.status() == 200) {
      assertThat(bed.origin().lastRequest().head().target()).isEqualTo(target);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"https://a.test/x?y=z", "https://a.test:443/x?y=z", "HTTPS://A.TEST/x?y=z"})
  void acceptsTheAbsoluteForm(String target) throws IOException {
    Reply reply = bed.exchange("GET " + target + " HTTP/1.1" + HOST);
    assertThat(reply.status()).isEqualTo(200);
    assertThat(bed.origin().lastRequest().head().target()).isEqualTo("/x?y=z");
  }

  @Test
  void neverRoutesByOneHostAndForwardsAnother() throws IOException {
    Reply reply = bed.exchange("GET https://a.test/two HTTP/1.1\r\nHost: b.test\r\n\r\n");
    assertThat(reply.status()).isIn(200, 400, 421);
    if (reply.status() == 200) {
      assertThat(bed.origin().lastRequest().fields().all("host")).containsExactly("a.test");
    }
    Reply other = bed.exchange("GET https://b.test/two HTTP/1.1" + HOST);
    assertThat(other.status()).isIn(400, 404, 421);
  }

  static Stream<Arguments> badHosts() {
    return Stream.of(
        Arguments.of("none", ""),
        Arguments.of("two", "Host: a.test\r\nHost: a.test\r\n"),
        Arguments.of("two different", "Host: a.test\r\nHost: b.test\r\n"),
        Arguments.of("two in other case", "Host: a.test\r\nhOST: b.test\r\n"),
        Arguments.of("list", "Host: a.test, b.test\r\n"),
        Arguments.of("space", "Host: a.test b/..\r\n"),
        Arguments.of("path", "Host: a.test/x\r\n"),
        Arguments.of("query", "Host: a.test?x\r\n"),
        Arguments.of("fragment", "Host: a.test#x\r\n"),
        Arguments.of("backslash", "Host: a.test\\x\r\n"),
        Arguments.of("port out of range", "Host: a.test:99999\r\n"),
        Arguments.of("port no number", "Host: a.test:x\r\n"),
        Arguments.of("port signed", "Host: a.test:+443\r\n"),
        Arguments.of("two ports", "Host: a.test:80:80\r\n"),
        Arguments.of("dot", "Host: .\r\n"),
        Arguments.of("open bracket", "Host: [::1\r\n"),
        Arguments.of("bad literal", "Host: [a.test]\r\n"),
        Arguments.of("user", "Host: u@a.test\r\n"),
        Arguments.of("empty", "Host: \r\n"),
        Arguments.of("only port", "Host: :443\r\n"),
        Arguments.of("scheme", "Host: https://a.test\r\n"),
        Arguments.of("percent", "Host: a%2etest\r\n"),
        Arguments.of("8 bit", "Host: \u00E9.test\r\n"),
        Arguments.of("empty label", "Host: a..test\r\n"),
        Arguments.of("semicolon", "Host: a.test;x\r\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badHosts")
  void rejectsMalformedHosts(String name, String field) throws IOException {
    bed.requireRejected(bed.client(), "GET / HTTP/1.1\r\n" + field + "\r\n", 400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a.test", "A.TEST", "a.test.", "A.Test.", "a.test:443", "a.test:", "a.test.:443"})
  void findsTheSameHostInEverySpelling(String host) throws IOException {
    try (RawClient client = bed.client()) {
      Reply reply = client.exchange("GET /spelling HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
      assertThat(reply.status()).as(reply.bodyText()).isEqualTo(200);
      RecordedRequest request = bed.origin().lastRequest();
      assertThat(request.fields().all("host")).hasSize(1);
    }
  }

  @Test
  void answersAnUnknownPathOfNoRouteWith404() throws IOException {
    try (TestBed other = TestBed.start(setup -> setup)) {
      Reply reply =
          other.proxy().plainClient().exchange("GET / HTTP/1.1\r\nHost: unknown.test\r\n\r\n");
      assertThat(reply.status()).isEqualTo(404);
      assertThat(other.origin().connections()).isEmpty();
    }
  }
}
