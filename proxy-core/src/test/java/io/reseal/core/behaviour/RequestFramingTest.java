package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.testkit.RawClient;
import io.reseal.testkit.Reply;
import io.reseal.testkit.TestBed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Request heads that two servers could read differently never reach an upstream. */
final class RequestFramingTest {
  private static final String POST = "POST / HTTP/1.1\r\nHost: a.test\r\n";

  private static TestBed bed;

  @BeforeAll
  static void start() throws IOException {
    bed = TestBed.start();
  }

  @AfterAll
  static void stop() {
    bed.close();
  }

  static Stream<Arguments> ambiguousFraming() {
    return Stream.of(
        Arguments.of(
            "H01 length and chunked",
            POST + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG"),
        Arguments.of(
            "H01 chunked and length",
            POST + "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\nG"),
        Arguments.of(
            "H02 both on 1.0",
            "POST / HTTP/1.0\r\nHost: a.test\r\nContent-Length: 6\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nG"),
        Arguments.of(
            "H02 chunked on 1.0",
            "POST / HTTP/1.0\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Arguments.of(
            "H03 equal lengths", POST + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc"),
        Arguments.of(
            "H03 different lengths", POST + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"),
        Arguments.of("H03 list of lengths", POST + "Content-Length: 3, 3\r\n\r\nabc"),
        Arguments.of("H03 list of different lengths", POST + "Content-Length: 3,0\r\n\r\nabc"),
        Arguments.of("H04 plus", POST + "Content-Length: +3\r\n\r\nabc"),
        Arguments.of("H04 minus", POST + "Content-Length: -1\r\n\r\nabc"),
        Arguments.of("H04 hex", POST + "Content-Length: 0x3\r\n\r\nabc"),
        Arguments.of("H04 underscore", POST + "Content-Length: 3_0\r\n\r\nabc"),
        Arguments.of("H04 empty", POST + "Content-Length: \r\n\r\nabc"),
        Arguments.of("H04 2^64+1", POST + "Content-Length: 18446744073709551617\r\n\r\nabc"),
        Arguments.of("H04 2^63", POST + "Content-Length: 9223372036854775808\r\n\r\nabc"),
        Arguments.of("H04 semicolon", POST + "Content-Length: 3;\r\n\r\nabc"),
        Arguments.of("H04 inner space", POST + "Content-Length: 3 0\r\n\r\nabc"),
        Arguments.of("H04 full width", POST + "Content-Length: \u00EF\u00BC\u0093\r\n\r\nabc"),
        Arguments.of("H04 superscript", POST + "Content-Length: \u00B3\r\n\r\nabc"),
        Arguments.of("H04 vertical tab", POST + "Content-Length: \u000B3\r\n\r\nabc"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ambiguousFraming")
  void rejectsAmbiguousFraming(String name, String request) throws IOException {
    bed.requireRejected(bed.client(), request, 400);
  }

  static Stream<String> badTransferEncodings() {
    return Stream.of(
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked, x",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: identity, chunked",
        "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding: 'chunked'",
        "Transfer-Encoding: \u000Bchunked",
        "Transfer-Encoding: chunked\u0000",
        "Transfer-Encoding: chunked;a=b",
        "Transfer-Encoding: chunked,",
        "Transfer-Encoding: ,chunked",
        "Transfer-Encoding:",
        "Transfer-Encoding: gzip",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: x",
        "Transfer-Encoding: x\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-encoding: identity",
        "Transfer-Encoding : chunked",
        "Transfer-Encoding\t: chunked",
        "\tTransfer-Encoding: chunked",
        "Transfer-Encoding\u0000: chunked",
        "Transfer_Encoding: chunked",
        "X: y\r\n Transfer-Encoding: chunked");
  }

  @ParameterizedTest
  @MethodSource("badTransferEncodings")
  void rejectsTransferEncodingsOtherThanChunked(String field) throws IOException {
    String body = "\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a.test\r\n\r\n";
    bed.requireRejected(bed.client(), POST + field + body, 400, 501);
  }

  @Test
  void acceptsPlainFramingInAnyCaseAndSpacing() throws IOException {
    assertThat(bed.exchange(POST + "Content-Length:  3 \r\n\r\nabc").bodyText())
        .endsWith("\n\nabc");
    assertThat(bed.exchange(POST + "Transfer-Encoding: chunkeD\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
            .bodyText())
        .endsWith("\n\nabc");
    assertThat(bed.exchange(POST + "content-length: 0000003\r\n\r\nabc").status())
        .isIn(200, 400);
  }

  static Stream<String> malformedFields() {
    return Stream.of(
        "X: a\r\n b",
        "X: a\r\n\tb",
        "X: a\r\n ",
        "X: a\r\n \r\nY: b",
        "NoColon",
        ": x",
        "Na(me: x",
        "Na me: x",
        "Na\u0080me: x",
        "\u00E9: x",
        "Name : x",
        " Name: x",
        "Name\t: x",
        "Na[me]: x",
        "Na{me}: x",
        "Na\"me: x",
        "Na/me: x",
        "Na@me: x",
        "Na=me: x",
        "Na,me: x",
        "Na;me: x",
        "Na?me: x",
        "Na\\me: x");
  }

  @ParameterizedTest
  @MethodSource("malformedFields")
  void rejectsMalformedFields(String field) throws IOException {
    String get = "GET / HTTP/1.1\r\nHost: a.test\r\n" + field + "\r\n\r\n";
    bed.requireRejected(bed.client(), get, 400);
  }

  @Test
  void rejectsAFoldInTheFirstField() throws IOException {
    bed.requireRejected(bed.client(), "GET / HTTP/1.1\r\n Host: a.test\r\n\r\n", 400);
    bed.requireRejected(bed.client(), "GET / HTTP/1.1\r\n X: b\r\nHost: a.test\r\n\r\n", 400);
  }

  /** Every CRLF of a request replaced by each thing that some servers take for one. */
  static Stream<String> brokenLineEnds() {
    String request = "GET / HTTP/1.1\r\nHost: a.test\r\nX-A: b\r\nX-C: d\r\n\r\n";
    List<String> mutations = new ArrayList<>();
    for (int at = request.indexOf("\r\n"); at >= 0; at = request.indexOf("\r\n", at + 1)) {
      for (String end : List.of("\n", "\r", "\n\r", "\r\r\n", "\r \n", "\u000B")) {
        mutations.add(request.substring(0, at) + end + request.substring(at + 2));
      }
    }
    return mutations.stream();
  }

  @ParameterizedTest
  @MethodSource("brokenLineEnds")
  void rejectsLineEndsOtherThanCrlf(String request) throws IOException {
    String next = "GET /smuggled HTTP/1.1\r\nHost: a.test\r\n\r\n";
    bed.requireRejected(bed.proxy().plainClient(), request + next, 400, 505);
  }

  static IntStream controlCharacters() {
    return IntStream.concat(IntStream.range(0, 0x20), IntStream.of(0x7F))
        .filter(c -> c != '\r' && c != '\n');
  }

  @ParameterizedTest
  @MethodSource("controlCharacters")
  void rejectsControlCharactersAnywhereInTheHead(int code) throws IOException {
    char c = (char) code;
    if (c != '\t') {
      reject("GET / HTTP/1.1\r\nHost: a.test\r\nX: a" + c + "b\r\n\r\n");
      reject("GET / HTTP/1.1\r\nHost: a.test\r\nX: " + c + "\r\n\r\n");
    }
    reject("GET / HTTP/1.1\r\nHost: a.test\r\nX" + c + "Y: ab\r\n\r\n");
    reject("GET /a" + c + "b HTTP/1.1\r\nHost: a.test\r\n\r\n");
    reject("G" + c + "T / HTTP/1.1\r\nHost: a.test\r\n\r\n");
    reject("GET / HTTP/1.1\r\nHost: a" + c + ".test\r\n\r\n");
    reject(c + "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n");
  }

  private static void reject(String request) throws IOException {
    bed.requireRejected(bed.proxy().plainClient(), request, 400, 505);
  }

  @Test
  void toleratesOneEmptyLineBeforeTheRequestLine() throws IOException {
    assertThat(bed.exchange("\r\nGET / HTTP/1.1\r\nHost: a.test\r\n\r\n").status())
        .isEqualTo(200);
  }

  @Test
  void rejectsManyEmptyLinesBeforeTheRequestLine() throws IOException {
    bed.requireRejected(
        bed.client(), "\r\n".repeat(1_000) + "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n", 400);
  }

  @Test
  void keepsServingWhatCameBeforeTheBrokenRequest() throws IOException {
    try (RawClient client = bed.client()) {
      client.send("GET /one HTTP/1.1\r\nHost: a.test\r\n\r\nGET /two HTTP/1.1\r\nBroken\r\n\r\n");
      Reply first = client.readReply();
      assertThat(first.status()).isEqualTo(200);
      assertThat(first.bodyText()).startsWith("GET /one\n");
      assertThat(client.readReply().status()).isEqualTo(400);
      assertThat(client.readToEnd().text()).isEmpty();
    }
    assertThat(bed.origin().requests())
        .noneMatch(request -> request.head().path().equals("/two"));
  }
}
