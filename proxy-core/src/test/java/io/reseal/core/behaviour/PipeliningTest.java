package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.testkit.RawClient;
import io.reseal.testkit.Reply;
import io.reseal.testkit.TestBed;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests that do not wait for answers get them in order. */
final class PipeliningTest {
  private TestBed bed;

  @BeforeEach
  void start() throws IOException {
    bed = TestBed.start();
  }

  @AfterEach
  void stop() {
    bed.close();
  }

  private static String get(String path) {
    return "GET " + path + " HTTP/1.1\r\nHost: a.test\r\n\r\n";
  }

  @Test
  void answersAHundredRequestsInOrder() throws IOException {
    StringBuilder requests = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      requests.append(get("/" + i));
    }
    try (RawClient client = bed.client()) {
      client.send(requests.toString());
      for (int i = 0; i < 100; i++) {
        assertThat(client.readReply().bodyText()).startsWith("GET /" + i + "\n");
      }
    }
  }

  @Test
  void answersRequestsWithBodiesInOrder() throws IOException {
    try (RawClient client = bed.client()) {
      client.send("POST /1 HTTP/1.1\r\nHost: a.test\r\nContent-Length: 3\r\n\r\nabc"
          + "POST /2 HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n"
          + "3\r\ndef\r\n0\r\n\r\n" + get("/3"));
      assertThat(client.readReply().bodyText()).startsWith("POST /1\n").endsWith("abc");
      assertThat(client.readReply().bodyText()).startsWith("POST /2\n").endsWith("def");
      assertThat(client.readReply().bodyText()).startsWith("GET /3\n");
    }
  }

  @Test
  void acceptsRequestsThatComeByteByByte() throws IOException {
    String requests = "POST /1 HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n"
        + "3\r\ndef\r\n0\r\nT: 1\r\n\r\n" + get("/2");
    try (RawClient client = bed.client()) {
      for (int i = 0; i < requests.length(); i++) {
        client.send(requests.substring(i, i + 1));
      }
      assertThat(client.readReply().bodyText()).startsWith("POST /1\n").endsWith("def");
      assertThat(client.readReply().bodyText()).startsWith("GET /2\n");
    }
  }

  @Test
  void holdsTheNextRequestBackUntilTheFirstIsAnswered() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    bed.origin().on("/slow", (connection, head) -> {
      assertThat(release.await(10, TimeUnit.SECONDS)).isTrue();
      connection.respond(head, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow");
    });
    try (RawClient client = bed.client()) {
      client.send(get("/slow") + get("/fast"));
      Await.until(() -> !bed.origin().connections().isEmpty());
      bed.requireHealthy();
      release.countDown();
      assertThat(client.readReply().bodyText()).isEqualTo("slow");
      assertThat(client.readReply().bodyText()).startsWith("GET /fast\n");
    }
  }

  @Test
  void stopsAfterTheRequestThatAsksToClose() throws IOException {
    try (RawClient client = bed.client()) {
      client.send("GET /last HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n" + get("/more"));
      assertThat(client.readReply().bodyText()).startsWith("GET /last\n");
      assertThat(client.readToEnd().text()).isEmpty();
    }
    assertThat(bed.origin().requests()).hasSize(1);
  }

  @Test
  void dropsTheRestWhenTheClientLeaves() throws IOException {
    try (RawClient client = bed.client()) {
      client.send(get("/x").repeat(100));
      for (int i = 0; i < 50; i++) {
        assertThat(client.readReply().status()).isEqualTo(200);
      }
      client.reset();
    }
    bed.requireHealthy();
  }

  @Test
  void readsNoFurtherThanABoundWhileTheFirstRequestWaits() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    bed.origin().on("/slow", (connection, head) -> {
      assertThat(release.await(20, TimeUnit.SECONDS)).isTrue();
      connection.respond(head, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow");
    });
    try (RawClient client = bed.client()) {
      client.send(get("/slow"));
      Stall stall = Stall.ofWriting(
          client.out(),
          get("/next").repeat(1_000).getBytes(java.nio.charset.StandardCharsets.US_ASCII),
          64L << 20);
      assertThat(stall.bytesTaken()).isLessThan(8L << 20);
      release.countDown();
      Reply reply = client.readReply();
      assertThat(reply.bodyText()).isEqualTo("slow");
    }
  }
}
