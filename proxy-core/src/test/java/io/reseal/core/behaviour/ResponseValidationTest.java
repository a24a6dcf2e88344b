package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.Reply;
import io.reseal.testkit.TestBed;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Responses are held to the same strictness as requests; a bad one is a 502 of ours. */
final class ResponseValidationTest {
  private static final String OK = "HTTP/1.1 200 OK\r\n";

  private TestBed bed;

  @BeforeEach
  void start() throws IOException {
    bed = TestBed.start();
  }

  @AfterEach
  void stop() {
    bed.close();
  }

  static Stream<Arguments> malformed() {
    return Stream.of(
        Arguments.of("garbage", "\u0001\u0002\u0003garbage\r\n\r\n"),
        Arguments.of("text", "hello world\r\n\r\n"),
        Arguments.of("HTTP/0.9", "<html>old</html>"),
        Arguments.of("ICY", "ICY 200 OK\r\n\r\n"),
        Arguments.of("status of two digits", "HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n"),
        Arguments.of("status of four digits", "HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n"),
        Arguments.of("status no number", "HTTP/1.1 2x0 OK\r\nContent-Length: 0\r\n\r\n"),
        Arguments.of("status 099", "HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n"),
        Arguments.of("HTTP/3.0", "HTTP/3.0 200 OK\r\nContent-Length: 0\r\n\r\n"),
        Arguments.of("HTTP/2", "HTTP/2 200 OK\r\nContent-Length: 0\r\n\r\n"),
        Arguments.of("http/1.1", "http/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
        Arguments.of(
            "length and chunked",
            OK + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Arguments.of("two lengths", OK + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc"),
        Arguments.of("list of lengths", OK + "Content-Length: 2, 3\r\n\r\nabc"),
        Arguments.of("negative length", OK + "Content-Length: -1\r\n\r\n"),
        Arguments.of("length with plus", OK + "Content-Length: +3\r\n\r\nabc"),
        Arguments.of("length no number", OK + "Content-Length: x\r\n\r\nabc"),
        Arguments.of("unknown coding", OK + "Transfer-Encoding: x\r\n\r\nabc"),
        Arguments.of("coding after chunked", OK + "Transfer-Encoding: chunked, x\r\n\r\n0\r\n\r\n"),
        Arguments.of("chunked twice", OK + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
        Arguments.of(
            "chunked on 1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Arguments.of("bare LF", "HTTP/1.1 200 OK\nContent-Length: 0\n\n"),
        Arguments.of("bare LF in fields", OK + "X: y\nContent-Length: 0\r\n\r\n"),
        Arguments.of("NUL in value", OK + "X: a\u0000b\r\nContent-Length: 0\r\n\r\n"),
        Arguments.of("CR in value", OK + "X: a\rb\r\nContent-Length: 0\r\n\r\n"),
        Arguments.of("control in value", OK + "X: a\u0001b\r\nContent-Length: 0\r\n\r\n"),
        Arguments.of("fold", OK + "X: a\r\n b\r\nContent-Length: 0\r\n\r\n"),
        Arguments.of("space before colon", OK + "X : a\r\nContent-Length: 0\r\n\r\n"),
        Arguments.of("no colon", OK + "broken\r\nContent-Length: 0\r\n\r\n"),
        Arguments.of("empty name", OK + ": x\r\nContent-Length: 0\r\n\r\n"),
        Arguments.of("control in reason", "HTTP/1.1 200 O\u0001K\r\nContent-Length: 0\r\n\r\n"),
        Arguments.of("head of 1 MiB", OK + "X: " + "a".repeat(1 << 20) + "\r\n\r\n"),
        Arguments.of("10,000 fields", OK + "X: a\r\n".repeat(10_000) + "\r\n"),
        Arguments.of("1,000 cookies", OK + "Set-Cookie: a=b\r\n".repeat(1_000) + "\r\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformed")
  void answersAMalformedResponseWith502(String name, String response) throws IOException {
    bed.origin().on("/x", (connection, head) -> {
      connection.respond(head, response);
      if (!response.contains("\n")) {
        connection.halfClose();
      }
      connection.awaitEnd();
    });
    try (RawClient client = bed.client()) {
      Reply reply = client.exchange("GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n");
      assertThat(reply.status()).as("%s", reply).isEqualTo(502);
      assertThat(reply.fields().first("proxy-status")).contains("error=");
      assertThat(reply.bodyText()).doesNotContain("garbage", "<html>", "Set-Cookie");
      assertThat(client.exchange("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n").status())
          .isEqualTo(200);
    }
    try (H2RawClient client = bed.h2Client()) {
      assertThat(client.get("a.test", "/x").complete().status()).isEqualTo(502);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 Very Fine Indeed\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 299 X\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 599 X\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nX-8bit: \u00E9\r\nContent-Length: 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nX-Empty:\r\nContent-Length: 2\r\n\r\nok"
      })
  void relaysUnusualButLegalResponses(String response) throws IOException {
    bed.origin().on("/x", response);
    Reply reply = bed.get("/x");
    assertThat(reply.status()).isEqualTo(Integer.parseInt(response.substring(9, 12)));
    assertThat(reply.bodyText()).isEqualTo("ok");
    try (H2RawClient client = bed.h2Client()) {
      assertThat(client.get("a.test", "/x").complete().bodyText()).isEqualTo("ok");
    }
  }

  static Stream<Arguments> bodiless() {
    return Stream.of(
        Arguments.of("HEAD", OK + "Content-Length: 4\r\n\r\n", "evil"),
        Arguments.of("HEAD", OK + "Transfer-Encoding: chunked\r\n\r\n", "4\r\nevil\r\n0\r\n\r\n"),
        Arguments.of("GET", "HTTP/1.1 204 No Content\r\n\r\n", "evil"),
        Arguments.of("GET", "HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\n", "evil"),
        Arguments.of("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\n", "evil"),
        Arguments.of("GET", OK + "Content-Length: 2\r\n\r\nok", "HTTP/1.1 200 evil\r\n\r\n"),
        Arguments.of(
            "GET",
            OK + "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
            "HTTP/1.1 200 evil\r\nContent-Length: 0\r\n\r\n"));
  }

  /** Bytes after the end of a response belong to nobody: not this client, and not the next. */
  @ParameterizedTest
  @MethodSource("bodiless")
  void dropsWhatFollowsTheEndOfAResponse(String method, String head, String surplus)
      throws Exception {
    int before = bed.origin().connections().size();
    bed.origin().on("/x", (connection, request) -> {
      connection.respond(request, head + surplus);
      connection.awaitEnd();
    });
    try (RawClient client = bed.client()) {
      Reply reply = client.exchange(method + " /x HTTP/1.1\r\nHost: a.test\r\n\r\n");
      assertThat(reply.status()).isIn(200, 204, 304, 502);
      assertThat(reply.bodyText()).doesNotContain("evil");
      Reply next = client.exchange("GET /next HTTP/1.1\r\nHost: a.test\r\n\r\n");
      assertThat(next.bodyText()).startsWith("GET /next\n");
    }
    assertThat(bed.origin().connections().size()).isGreaterThan(before);
  }

  @Test
  void dropsBytesThatCameWhileAConnectionWasIdle() throws Exception {
    try (TestBed own = TestBed.start()) {
      own.origin().on("/x", (connection, head) -> {
        connection.respond(head, OK + "Content-Length: 2\r\n\r\nok");
        connection.send(OK + "Content-Length: 4\r\n\r\nevil");
      });
      assertThat(own.get("/x").bodyText()).isEqualTo("ok");
      assertThat(own.origin().connections().getFirst().end()).isNotNull();
      assertThat(own.get("/next").bodyText()).startsWith("GET /next\n");
      assertThat(own.origin().connections()).hasSize(2);
    }
  }

  @Test
  void keepsFieldsInOrderAndAsTheyWere() throws IOException {
    bed.origin()
        .on("/x", OK + "Set-Cookie: a=1\r\nX-b: 1\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n");
    Reply reply = bed.get("/x");
    assertThat(reply.fields().all("set-cookie")).containsExactly("a=1", "b=2");
    assertThat(reply.fields().first("x-b")).isEqualTo("1");
  }

  @Test
  void relaysTheLengthOfAHeadResponse() throws IOException {
    bed.origin().on("/x", OK + "Content-Length: 12345\r\nETag: \"x\"\r\n\r\n");
    try (RawClient client = bed.client()) {
      Reply reply = client.exchange("HEAD /x HTTP/1.1\r\nHost: a.test\r\n\r\n");
      assertThat(reply.fields().first("content-length")).isEqualTo("12345");
      assertThat(reply.body()).isEmpty();
      assertThat(client.exchange("HEAD /x HTTP/1.1\r\nHost: a.test\r\n\r\n").status())
          .isEqualTo(200);
    }
  }
}
