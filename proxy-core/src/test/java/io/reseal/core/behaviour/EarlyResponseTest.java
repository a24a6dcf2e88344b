package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.OriginHandler;
import io.reseal.testkit.Pattern;
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

/** An answer that comes while the request is still on its way reaches the client whole. */
final class EarlyResponseTest {
  private static final String RESPONSE =
      "HTTP/1.1 413 Content Too Large\r\nContent-Length: 9\r\n\r\ntoo large";
  private static final String HEAD =
      "POST /x HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4000000\r\n\r\n";

  private TestBed bed;

  @BeforeEach
  void start() throws IOException {
    bed = TestBed.start();
  }

  @AfterEach
  void stop() {
    bed.close();
  }

  static Stream<Arguments> waysToGoOn() {
    return Stream.of(
        Arguments.of("reads on", (OriginHandler) (connection, head) -> {
          connection.send(RESPONSE);
          connection.awaitEnd();
        }),
        Arguments.of("half closes and reads on", (OriginHandler) (connection, head) -> {
          connection.send(RESPONSE);
          connection.halfClose();
          connection.awaitEnd();
        }),
        Arguments.of("closes", (OriginHandler) (connection, head) -> {
          connection.send(RESPONSE);
          connection.close();
        }));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("waysToGoOn")
  void relaysAnEarlyResponseWhole(String name, OriginHandler handler) throws IOException {
    bed.origin().on("/x", handler);
    try (RawClient client = bed.client()) {
      client.send(HEAD);
      client.send(Pattern.first(10_000));
      Reply reply = client.readReply();
      assertThat(reply.status()).isEqualTo(413);
      assertThat(reply.isComplete()).isTrue();
      assertThat(reply.bodyText()).isEqualTo("too large");
    }
    requireNotPooled();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("waysToGoOn")
  void relaysAnEarlyResponseToABusyUploaderWhole(String name, OriginHandler handler)
      throws IOException {
    bed.origin().on("/x", handler);
    try (RawClient client = bed.client()) {
      client.send(HEAD);
      Thread uploader = Thread.ofVirtual().start(() -> {
        try {
          Pattern.write(client.out(), 4_000_000);
        } catch (IOException e) {
          // The proxy need not take what nobody wants.
        }
      });
      Reply reply = client.readReply();
      assertThat(reply.status()).isEqualTo(413);
      assertThat(reply.bodyText()).isEqualTo("too large");
      uploader.interrupt();
    }
    requireNotPooled();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("waysToGoOn")
  void relaysAnEarlyResponseOverHttp2Whole(String name, OriginHandler handler) throws IOException {
    bed.origin().on("/x", handler);
    try (H2RawClient client = bed.h2Client()) {
      int stream = client.request(
          false, ":method: POST", ":scheme: https", ":authority: a.test", ":path: /x");
      client.data(stream, false, "first");
      H2RawClient.Outcome outcome = client.read(stream);
      assertThat(outcome.status()).isEqualTo(413);
      assertThat(outcome.reply()).isNotNull();
      assertThat(outcome.reply().bodyText()).isEqualTo("too large");
      assertThat(outcome.resetCode()).as("nothing, or NO_ERROR").isIn(-1, 0);
      assertThat(client.get("a.test", "/after").complete().status()).isEqualTo(200);
    }
    requireNotPooled();
  }

  private void requireNotPooled() throws IOException {
    bed.requireHealthy();
    assertThat(bed.origin().connections()).hasSizeGreaterThanOrEqualTo(2);
    assertThat(bed.origin().requests()).noneMatch(r -> r.head().path().equals("/x"));
  }

  @Test
  void reusesTheUpstreamWhenTheRequestEndsAfterTheResponse() throws IOException {
    bed.origin().on("/x", (connection, head) -> {
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nearly");
      connection.receive(head);
    });
    try (RawClient client = bed.client()) {
      client.send("POST /x HTTP/1.1\r\nHost: a.test\r\nContent-Length: 10\r\n\r\nfirst");
      Reply reply = client.readReply();
      assertThat(reply.status()).isEqualTo(200);
      assertThat(reply.bodyText()).isEqualTo("early");
    }
    bed.requireHealthy();
  }

  @Test
  void streamsBothWaysAtOnce() throws IOException {
    bed.origin().on("/echo", (connection, head) -> {
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n");
      connection.reader().requestBody(head).transferTo(connection.out());
      connection.out().flush();
    });
    try (RawClient client = bed.client()) {
      client.send("POST /echo HTTP/1.1\r\nHost: a.test\r\nContent-Length: 2000000\r\n\r\n");
      Thread.ofVirtual().start(() -> {
        try {
          Pattern.write(client.out(), 2_000_000);
        } catch (IOException e) {
          // The reader below fails.
        }
      });
      var head = client.readHead();
      assertThat(Pattern.verify(client.body(head, "POST"))).isEqualTo(2_000_000);
    }
  }
}
