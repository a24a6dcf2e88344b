package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.testkit.End;
import io.reseal.testkit.OriginConnection;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordedRequest;
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

/**
 * Chunked and cut request bodies. A body streams, so the head may have gone ahead when a chunk turns
 * out bad; then the upstream must see a request that breaks off, never a whole one.
 */
final class ChunkedRequestTest {
  private static final String HEAD =
      "POST /chunked HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n";

  private TestBed bed;

  @BeforeEach
  void start() throws IOException {
    bed = TestBed.start();
  }

  @AfterEach
  void stop() {
    bed.close();
  }

  static Stream<Arguments> badChunks() {
    return Stream.of(
        Arguments.of("hex prefix", "0x3\r\nabc\r\n0\r\n\r\n"),
        Arguments.of("plus", "+3\r\nabc\r\n0\r\n\r\n"),
        Arguments.of("minus", "-1\r\nabc\r\n0\r\n\r\n"),
        Arguments.of("space before semicolon", "3 ;\r\nabc\r\n0\r\n\r\n"),
        Arguments.of("leading space", " 3\r\nabc\r\n0\r\n\r\n"),
        Arguments.of("trailing space", "3 \r\nabc\r\n0\r\n\r\n"),
        Arguments.of("underscore", "3_0\r\nabc\r\n0\r\n\r\n"),
        Arguments.of("empty size", "\r\nabc\r\n0\r\n\r\n"),
        Arguments.of("no hex", "xyz\r\nabc\r\n0\r\n\r\n"),
        Arguments.of("17 digits", "10000000000000003\r\nabc\r\n0\r\n\r\n"),
        Arguments.of("16 digits", "8000000000000000\r\nabc\r\n0\r\n\r\n"),
        Arguments.of("overflows an int", "100000003\r\nabc\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\n"),
        Arguments.of("1000 leading zeros", "0".repeat(1_000) + "3\r\nabc\r\n0\r\n\r\n"),
        Arguments.of("ended by XX", "3\r\nabcXX0\r\n\r\n"),
        Arguments.of("ended by LF", "3\r\nabc\n0\r\n\r\n"),
        Arguments.of("ended by CR", "3\r\nabc\r0\r\n\r\n"),
        Arguments.of("ended by nothing", "3\r\nabc0\r\n\r\n"),
        Arguments.of("size ended by LF", "3\nabc\r\n0\r\n\r\n"),
        Arguments.of("size ended by CR", "3\rabc\r\n0\r\n\r\n"),
        Arguments.of("last chunk with LF", "3\r\nabc\r\n0\n\n"),
        Arguments.of("LF in extension", "3;a\nb\r\nabc\r\n0\r\n\r\n"),
        Arguments.of("CR in extension", "3;a\rb\r\nabc\r\n0\r\n\r\n"),
        Arguments.of("NUL in extension", "3;a\u0000b\r\nabc\r\n0\r\n\r\n"),
        Arguments.of("CRLF in quoted extension", "3;a=\"\r\nabc\r\n0\r\n\r\nGET /smuggled H\"\r\n"),
        Arguments.of("long extension", "3;" + "a".repeat(100_000) + "\r\nabc\r\n0\r\n\r\n"),
        Arguments.of("control in trailer", "3\r\nabc\r\n0\r\nT: a\u0000b\r\n\r\n"),
        Arguments.of("fold in trailer", "3\r\nabc\r\n0\r\nT: a\r\n b\r\n\r\n"),
        Arguments.of("LF in trailer", "3\r\nabc\r\n0\r\nT: a\nU: b\r\n\r\n"),
        Arguments.of("trailer without colon", "3\r\nabc\r\n0\r\nbroken\r\n\r\n"),
        Arguments.of("trailer without name", "3\r\nabc\r\n0\r\n: x\r\n\r\n"),
        Arguments.of("1000 trailers", "3\r\nabc\r\n0\r\n" + "T: 1\r\n".repeat(1_000) + "\r\n"),
        Arguments.of("40 KiB trailer", "3\r\nabc\r\n0\r\nT: " + "a".repeat(40_000) + "\r\n\r\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badChunks")
  void rejectsBadChunksInTheSameSegment(String name, String body) throws IOException {
    TestBed.Mark mark = bed.mark();
    Reply reply = bed.requireErrorThenClose(bed.client(), HEAD + body, 400, 413, 431);
    assertThat(reply.fields().all("connection")).contains("close");
    mark.requireNoWholeRequest("/chunked");
    assertThat(mark.received()).doesNotContain("smuggled");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badChunks")
  void breaksTheForwardedRequestOffAtABadChunk(String name, String body) throws Exception {
    TestBed.Mark mark = bed.mark();
    try (RawClient client = bed.client()) {
      client.send(HEAD + "5\r\nfirst\r\n");
      Await.until(() -> mark.received().contains("first"));
      client.sendDespiteClose(body);
      Reply reply = client.readReply();
      assertThat(reply.status()).isIn(400, 413, 431);
      assertThat(client.readToEnd().text()).isEmpty();
    }
    assertThat(bed.origin().connections().getFirst().end()).isNotNull();
    mark.requireNoWholeRequest("/chunked");
    assertThat(mark.received()).doesNotContain("smuggled");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "3\r\nabc\r\n0\r\n\r\n",
        "00000003\r\nabc\r\n0\r\n\r\n",
        "1\r\na\r\n1\r\nb\r\n1\r\nc\r\n00\r\n\r\n",
        "3;ext=1\r\nabc\r\n0;x\r\n\r\n",
        "3;ext=\"a b\"\r\nabc\r\n0\r\n\r\n"
      })
  void forwardsWellFormedChunks(String body) throws IOException {
    assertThat(bed.exchange(HEAD + body).status()).isEqualTo(200);
    RecordedRequest request = bed.origin().lastRequest();
    assertThat(request.bodyText()).isEqualTo("abc");
    assertThat(bed.origin().lastConnection().receivedText()).doesNotContain("ext");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 100",
        "Transfer-Encoding: chunked",
        "Host: b.test",
        "Authorization: Basic x",
        "Connection: close",
        "Cookie: a=b",
        "X-Forwarded-For: 1.2.3.4"
      })
  void neverForwardsForbiddenTrailers(String trailer) throws IOException {
    Reply reply = bed.exchange(HEAD + "3\r\nabc\r\n0\r\n" + trailer + "\r\nT: kept\r\n\r\n");
    assertThat(reply.status()).isIn(200, 400);
    for (RecordedRequest request : bed.origin().requests()) {
      String name = trailer.substring(0, trailer.indexOf(':'));
      assertThat(request.trailers().has(name)).isFalse();
      assertThat(request.fields().all("host")).containsExactly("a.test");
      assertThat(request.fields().has("authorization")).isFalse();
    }
  }

  static Stream<String> cutRequests() {
    return Stream.of(
        "POST /cut HTTP/1.1\r\nHost: a.test\r\nContent-Length: 10\r\n\r\nfirst",
        "POST /cut HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n",
        "POST /cut HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nfirst",
        "POST /cut HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n0\r\n");
  }

  @ParameterizedTest
  @MethodSource("cutRequests")
  void breaksTheForwardedRequestOffWhenTheClientLeaves(String request) throws Exception {
    bed.requireHealthy();
    TestBed.Mark mark = bed.mark();
    try (RawClient client = bed.client()) {
      client.send(request);
      Await.until(() -> mark.received().contains("first"));
      client.halfClose();
      client.readToEnd();
    }
    OriginConnection used = bed.origin().connections().getFirst();
    assertThat(used.end()).isIn(End.CLOSED, End.RESET, End.TRUNCATED);
    mark.requireNoWholeRequest("/cut");
    assertThat(bed.origin().connections())
        .as("the broken connection is not reused")
        .hasSize(2);
  }

  @ParameterizedTest
  @MethodSource("cutRequests")
  void breaksTheForwardedRequestOffWhenTheClientResets(String request) throws Exception {
    bed.requireHealthy();
    TestBed.Mark mark = bed.mark();
    try (RawClient client = bed.client()) {
      client.send(request);
      Await.until(() -> mark.received().contains("first"));
      client.reset();
    }
    assertThat(bed.origin().connections().getFirst().end()).isNotNull();
    mark.requireNoWholeRequest("/cut");
  }

  @Test
  void readsWhatFollowsTheLengthAsTheNextRequest() throws IOException {
    try (RawClient client = bed.client()) {
      client.send("POST /one HTTP/1.1\r\nHost: a.test\r\nContent-Length: 3\r\n\r\nabc"
          + "GET /two HTTP/1.1\r\nHost: unknown.test\r\n\r\n");
      assertThat(client.readReply().bodyText()).startsWith("POST /one").endsWith("abc");
      assertThat(client.readReply().status()).isIn(404, 421);
    }
    assertThat(bed.origin().requests()).hasSize(1);
  }
}
