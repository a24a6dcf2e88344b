package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.PathMatch;
import io.reseal.testkit.End;
import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.OriginConnection;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.Reply;
import io.reseal.testkit.TestBed;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A client that goes away takes its upstream request with it, and nobody else's. */
final class ClientAbortTest {
  private static final int CANCEL = 8;

  private TestBed bed;

  @BeforeEach
  void start() throws IOException {
    bed = TestBed.start();
    bed.origin().on("/hang", (connection, head) -> {
      if (head.method().equals("GET")) {
        connection.receive(head);
      }
      connection.awaitEnd();
    });
    bed.origin().on("/endless", (connection, head) -> {
      connection.receive(head);
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n");
      connection.sendPattern(1_000_000_000);
    });
  }

  @AfterEach
  void stop() {
    bed.close();
  }

  private void awaitAtOrigin(String text) {
    Await.until(() -> bed.origin().connections().stream()
        .anyMatch(connection -> connection.receivedText().contains(text)));
  }

  private void requireUpstreamEnded() throws Exception {
    OriginConnection first = bed.origin().connections().getFirst();
    assertThat(first.end()).isIn(End.CLOSED, End.RESET, End.TRUNCATED);
    bed.requireHealthy();
    assertThat(bed.origin().connections()).hasSize(2);
  }

  @Test
  void cancelsTheUpstreamWhenAClientThatWaitsResets() throws Exception {
    try (RawClient client = bed.client()) {
      client.send("GET /hang HTTP/1.1\r\nHost: a.test\r\n\r\n");
      awaitAtOrigin("/hang");
      client.reset();
    }
    requireUpstreamEnded();
  }

  @Test
  void cancelsTheUpstreamWhenAClientThatWaitsClosesOverTls() throws Exception {
    try (RawClient client = bed.client()) {
      client.send("GET /hang HTTP/1.1\r\nHost: a.test\r\n\r\n");
      awaitAtOrigin("/hang");
      client.truncate();
    }
    requireUpstreamEnded();
  }

  @Test
  void cancelsTheUpstreamWhenAClientThatWaitsSaysGoodbyeOverTls() throws Exception {
    try (RawClient client = bed.client()) {
      client.send("GET /hang HTTP/1.1\r\nHost: a.test\r\n\r\n");
      awaitAtOrigin("/hang");
      client.goodbye();
    }
    requireUpstreamEnded();
  }

  @Test
  void cancelsTheUpstreamWhenAnUploadIsReset() throws Exception {
    try (RawClient client = bed.client()) {
      client.send("POST /hang HTTP/1.1\r\nHost: a.test\r\nContent-Length: 100\r\n\r\nfirst");
      awaitAtOrigin("first");
      client.reset();
    }
    requireUpstreamEnded();
  }

  @Test
  void cancelsTheUpstreamWhenADownloadIsReset() throws Exception {
    try (RawClient client = bed.client()) {
      client.send("GET /endless HTTP/1.1\r\nHost: a.test\r\n\r\n");
      assertThat(client.readHead().status()).isEqualTo(200);
      client.readExactly(100_000);
      client.reset();
    }
    requireUpstreamEnded();
  }

  @Test
  void cancelsTheUpstreamOfAResetStreamOnly() throws Exception {
    try (H2RawClient client = bed.h2Client()) {
      int upload = client.request(
          false, ":method: POST", ":scheme: https", ":authority: a.test", ":path: /hang");
      client.data(upload, false, "first");
      awaitAtOrigin("first");
      client.resetStream(upload, CANCEL);
      assertThat(bed.origin().connections().getFirst().end()).isNotNull();
      assertThat(client.get("a.test", "/other").complete().status()).isEqualTo(200);
    }
    assertThat(bed.origin().connections()).hasSize(2);
  }

  @Test
  void cancelsTheUpstreamOfAResetDownload() throws Exception {
    try (H2RawClient client = bed.h2Client()) {
      int download = client.request(
          true, ":method: GET", ":scheme: https", ":authority: a.test", ":path: /endless");
      assertThat(client.next(download)).isNotNull();
      client.resetStream(download, CANCEL);
      assertThat(bed.origin().connections().getFirst().end()).isNotNull();
    }
    bed.requireHealthy();
  }

  @Test
  void cancelsAllUpstreamsOfALostHttp2Connection() throws Exception {
    try (H2RawClient client = bed.h2Client()) {
      for (int i = 0; i < 3; i++) {
        client.request(
            true, ":method: GET", ":scheme: https", ":authority: a.test", ":path: /hang");
      }
      Await.until(() -> bed.origin().requests().size() == 3);
      client.connection().reset();
    }
    for (OriginConnection connection : bed.origin().connections()) {
      assertThat(connection.end()).isNotNull();
    }
  }

  /** A client that has sent all may end its direction and still wait; over plain TCP that is legal. */
  @Test
  void answersAClientThatHalfCloses() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    bed.origin().on("/slow", (connection, head) -> {
      assertThat(release.await(10, TimeUnit.SECONDS)).isTrue();
      connection.respond(head, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow");
    });
    try (RawClient client = bed.proxy().plainClient()) {
      client.send("GET /slow HTTP/1.1\r\nHost: a.test\r\n\r\n");
      client.halfClose();
      awaitAtOrigin("/slow");
      bed.requireHealthy();
      release.countDown();
      Reply reply = client.readReply();
      assertThat(reply.bodyText()).isEqualTo("slow");
      assertThat(client.readToEnd().text()).isEmpty();
    }
  }

  @Test
  void answersEveryPipelinedRequestOfAClientThatHalfCloses() throws IOException {
    try (RawClient client = bed.proxy().plainClient()) {
      client.send("GET /1 HTTP/1.1\r\nHost: a.test\r\n\r\nGET /2 HTTP/1.1\r\nHost: a.test\r\n\r\n");
      client.halfClose();
      assertThat(client.readReply().bodyText()).startsWith("GET /1\n");
      assertThat(client.readReply().bodyText()).startsWith("GET /2\n");
      assertThat(client.readToEnd().text()).isEmpty();
    }
  }

  @Test
  void cancelsAnOffloadedRequestToo() throws Exception {
    try (io.reseal.testkit.RecordingOrigin plain =
            io.reseal.testkit.RecordingOrigin.cleartext().start();
        TestBed offloading = TestBed.start(setup -> setup
            .offload("a.test", new PathMatch.Prefix("/plain"), "plain")
            .upstream("plain", plain))) {
      plain.on("/plain/hang", (connection, head) -> connection.awaitEnd());
      try (RawClient client = offloading.client()) {
        client.send("GET /plain/hang HTTP/1.1\r\nHost: a.test\r\n\r\n");
        Await.until(() -> !plain.connections().isEmpty()
            && plain.lastConnection().receivedText().contains("hang"));
        client.reset();
      }
      assertThat(plain.lastConnection().end()).isIn(End.CLOSED, End.RESET);
    }
  }
}
