package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.testkit.End;
import io.reseal.testkit.OriginHandler;
import io.reseal.testkit.Pattern;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.Reply;
import io.reseal.testkit.TestBed;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A connection becomes a tunnel after a 101 that matches, and never otherwise. */
final class UpgradeTest {
  private static final String UPGRADE =
      "GET /ws HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\n"
          + "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
          + "Sec-WebSocket-Version: 13\r\n\r\n";
  private static final String SWITCHING =
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
          + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

  private TestBed bed;

  @BeforeEach
  void start() throws IOException {
    bed = TestBed.start();
  }

  @AfterEach
  void stop() {
    bed.close();
  }

  /** Switches, then returns every byte until the client ends its direction. */
  private static OriginHandler echo() {
    return (connection, head) -> {
      connection.respond(head, SWITCHING);
      connection.reader().rest().transferTo(connection.out());
      connection.close();
    };
  }

  @Test
  void tunnelsEveryByteBothWays() throws Exception {
    bed.origin().on("/ws", echo());
    try (RawClient client = bed.client()) {
      client.send(UPGRADE);
      Reply reply = client.readReply();
      assertThat(reply.status()).isEqualTo(101);
      assertThat(reply.fields().first("upgrade")).isEqualToIgnoringCase("websocket");
      assertThat(reply.fields().first("sec-websocket-accept"))
          .isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
      byte[] bytes = Pattern.first(4 << 20);
      Thread.ofVirtual().start(() -> {
        try {
          client.send(bytes);
        } catch (IOException e) {
          // The reader below fails.
        }
      });
      byte[] echoed = client.readExactly(bytes.length);
      assertThat(Pattern.verify(new ByteArrayInputStream(echoed))).isEqualTo(bytes.length);
    }
    assertThat(bed.origin().lastRequest().fields().first("upgrade"))
        .isEqualToIgnoringCase("websocket");
    assertThat(bed.origin().lastConnection().end()).isNotNull();
  }

  @Test
  void relaysBytesThatFollowThe101InTheSameSegment() throws IOException {
    bed.origin().on("/ws", (connection, head) -> {
      connection.respond(head, SWITCHING + "hello");
      connection.awaitEnd();
    });
    try (RawClient client = bed.client()) {
      client.send(UPGRADE);
      assertThat(client.readReply().status()).isEqualTo(101);
      assertThat(client.readExactly(5)).isEqualTo("hello".getBytes(StandardCharsets.US_ASCII));
    }
  }

  @Test
  void holdsBytesThatFollowTheRequestBackUntilThe101() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    bed.origin().on("/ws", (connection, head) -> {
      assertThat(release.await(10, TimeUnit.SECONDS)).isTrue();
      connection.respond(head, SWITCHING);
      connection.reader().rest().transferTo(connection.out());
    });
    try (RawClient client = bed.client()) {
      client.send(UPGRADE + "early");
      Await.until(() -> !bed.origin().connections().isEmpty()
          && bed.origin().lastConnection().receivedText().contains("\r\n\r\n"));
      bed.requireHealthy();
      assertThat(bed.origin().connections().getFirst().receivedText()).doesNotContain("early");
      release.countDown();
      assertThat(client.readReply().status()).isEqualTo(101);
      assertThat(client.readExactly(5)).isEqualTo("early".getBytes(StandardCharsets.US_ASCII));
    }
  }

  /** Bytes after a refused upgrade are requests, with all the rules for requests. */
  @Test
  void treatsBytesAfterARefusedUpgradeAsRequests() throws IOException {
    bed.origin().on("/ws", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno");
    try (RawClient client = bed.client()) {
      client.send(UPGRADE + "GET /smuggled HTTP/1.1\r\nHost: unknown.test\r\n\r\n");
      assertThat(client.readReply().bodyText()).isEqualTo("no");
      assertThat(client.readReply().status()).isIn(400, 404, 421);
    }
    bed.requireHealthy();
    assertThat(bed.origin().requests())
        .noneMatch(request -> request.head().path().equals("/smuggled"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Connection: Upgrade\r\nUpgrade: other",
        "Connection: Upgrade",
        "Upgrade: h2c\r\nConnection: Upgrade",
        "Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 5"
      })
  void refusesA101ThatDoesNotMatch(String fields) throws IOException {
    bed.origin().on("/ws", (connection, head) -> {
      connection.respond(head, "HTTP/1.1 101 Switching Protocols\r\n" + fields + "\r\n\r\nbytes");
      connection.awaitEnd();
    });
    try (RawClient client = bed.client()) {
      client.send(UPGRADE);
      Reply reply = client.readReply();
      if (fields.contains("Content-Length")) {
        assertThat(reply.status()).isIn(101, 502);
        assertThat(reply.fields().has("content-length") && reply.status() == 101)
            .isFalse();
      } else {
        assertThat(reply.status()).isEqualTo(502);
        assertThat(reply.bodyText()).doesNotContain("bytes");
      }
    }
  }

  @Test
  void tunnelsOnlyWhatConnectionNames() throws IOException {
    bed.origin().on("/ws", (connection, head) -> {
      assertThat(head.fields().has("upgrade")).isFalse();
      connection.respond(head, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    Reply reply = bed.exchange("GET /ws HTTP/1.1\r\nHost: a.test\r\nUpgrade: websocket\r\n\r\n");
    assertThat(reply.status()).isIn(200, 400);
  }

  @Test
  void neverUpgradesHttp10() throws IOException {
    bed.origin().on("/ws", (connection, head) -> {
      assertThat(head.fields().has("upgrade")).isFalse();
      connection.respond(head, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    Reply reply = bed.exchange(UPGRADE.replace("HTTP/1.1", "HTTP/1.0"));
    assertThat(reply.status()).isIn(200, 400);
  }

  @Test
  void neverTunnelsARequestWithABodyBeforeItsEnd() throws IOException {
    bed.origin().on("/ws", echo());
    try (RawClient client = bed.client()) {
      client.send(
          UPGRADE.replace("GET", "POST").replace("\r\n\r\n", "\r\nContent-Length: 4\r\n\r\n")
              + "body");
      Reply reply = client.readReply();
      assertThat(reply.status()).isIn(101, 200, 400, 501, 502);
      if (reply.status() == 101) {
        assertThat(bed.origin().lastRequest().bodyText()).isEqualTo("body");
      }
    }
  }

  @Test
  void endsTheUpstreamWhenTheClientEnds() throws Exception {
    CountDownLatch switched = new CountDownLatch(1);
    bed.origin().on("/ws", (connection, head) -> {
      connection.respond(head, SWITCHING);
      switched.countDown();
      connection.awaitEnd();
    });
    try (RawClient client = bed.client()) {
      client.send(UPGRADE);
      assertThat(client.readReply().status()).isEqualTo(101);
      client.reset();
    }
    assertThat(switched.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(bed.origin().lastConnection().end()).isNotNull();
  }

  @Test
  void endsTheClientWhenTheUpstreamEnds() throws Exception {
    bed.origin().on("/ws", (connection, head) -> {
      connection.respond(head, SWITCHING + "bye");
      connection.close();
    });
    try (RawClient client = bed.client()) {
      client.send(UPGRADE);
      assertThat(client.readReply().status()).isEqualTo(101);
      RawClient.Rest rest = client.readToEnd();
      assertThat(rest.text()).isEqualTo("bye");
      assertThat(rest.end()).isEqualTo(End.CLOSED);
    }
  }

  @Test
  void tunnelsAfterEarlierRequestsOnTheConnection() throws IOException {
    bed.origin().on("/ws", echo());
    try (RawClient client = bed.client()) {
      assertThat(client.exchange("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n").status())
          .isEqualTo(200);
      client.send(UPGRADE + "x");
      assertThat(client.readReply().status()).isEqualTo(101);
      assertThat(client.readExactly(1)).isEqualTo(new byte[] {'x'});
    }
  }

  @Test
  void tunnelsOverTheCleartextListener() throws IOException {
    bed.origin().on("/ws", echo());
    try (RawClient client = bed.proxy().plainClient()) {
      client.send(UPGRADE);
      assertThat(client.readReply().status()).isEqualTo(101);
      client.send("ping");
      assertThat(client.readExactly(4)).isEqualTo("ping".getBytes(StandardCharsets.US_ASCII));
      client.halfClose();
      assertThat(client.readToEnd().text()).isEmpty();
    }
  }

  @Test
  void neverPoolsATunnelledConnection() throws Exception {
    bed.origin().on("/ws", echo());
    try (RawClient client = bed.client()) {
      client.send(UPGRADE);
      assertThat(client.readReply().status()).isEqualTo(101);
    }
    assertThat(bed.origin().lastConnection().end()).isNotNull();
    bed.requireHealthy();
    assertThat(bed.origin().connections()).hasSize(2);
  }
}
