package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.testkit.H2Frame;
import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.MessageHead;
import io.reseal.testkit.Pattern;
import io.reseal.testkit.ProxyFixture;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.TestBed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A slow reader makes the sender wait; the proxy holds a bounded part of what is between them. */
final class BackpressureTest {
  private static final long SIZE = 64L << 20;

  /** Socket buffers of the kernel on both sides are in it, so it is far above what we hold. */
  private static final long BOUND = 12L << 20;

  private TestBed bed;
  private final CountDownLatch mayRead = new CountDownLatch(1);
  private final CompletableFuture<Long> uploaded = new CompletableFuture<>();

  @BeforeEach
  void start() throws IOException {
    bed = TestBed.start();
    bed.origin().on("/download", (connection, head) -> {
      connection.receive(head);
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + SIZE + "\r\n\r\n");
      connection.sendPattern(SIZE);
    });
    bed.origin().on("/upload", (connection, head) -> {
      assertThat(mayRead.await(20, TimeUnit.SECONDS)).isTrue();
      uploaded.complete(Pattern.verify(connection.reader().requestBody(head)));
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    });
  }

  @AfterEach
  void stop() {
    mayRead.countDown();
    bed.close();
  }

  private long stalledDownload() {
    Await.until(() -> !bed.origin().connections().isEmpty());
    return Stall.of(() -> bed.origin().lastConnection().sentBytes(), SIZE).bytesTaken();
  }

  @Test
  void makesTheUpstreamWaitForASlowClient() throws IOException {
    try (RawClient client = bed.client()) {
      client.receiveBuffer(64 << 10);
      client.send("GET /download HTTP/1.1\r\nHost: a.test\r\n\r\n");
      assertThat(stalledDownload()).isLessThan(BOUND);
      bed.requireHealthy();
      MessageHead head = client.readHead();
      assertThat(Pattern.verify(client.body(head, "GET"))).isEqualTo(SIZE);
    }
  }

  @Test
  void makesTheUpstreamWaitForASlowClientInCleartext() throws IOException {
    try (RawClient client = bed.proxy().plainClient()) {
      client.receiveBuffer(64 << 10);
      client.send("GET /download HTTP/1.1\r\nHost: a.test\r\n\r\n");
      assertThat(stalledDownload()).isLessThan(BOUND);
      MessageHead head = client.readHead();
      assertThat(Pattern.verify(client.body(head, "GET"))).isEqualTo(SIZE);
    }
  }

  @Test
  void makesAClientWaitForASlowUpstream() throws Exception {
    try (RawClient client = bed.client()) {
      client.send("POST /upload HTTP/1.1\r\nHost: a.test\r\nContent-Length: " + SIZE + "\r\n\r\n");
      CountingPattern upload = CountingPattern.start(client, SIZE);
      assertThat(Stall.of(upload::written, SIZE).bytesTaken()).isLessThan(BOUND);
      bed.requireHealthy();
      mayRead.countDown();
      assertThat(client.readReply().status()).isEqualTo(200);
      assertThat(uploaded.get(20, TimeUnit.SECONDS)).isEqualTo(SIZE);
    }
  }

  /** The stream's window is 65,535: without credit from the client no more may be fetched. */
  @Test
  void makesTheUpstreamWaitForAStalledStream() throws Exception {
    try (H2RawClient client =
        H2RawClient.connect(ProxyFixture.hello("a.test"), bed.proxy().https(), 65_535)) {
      int stream = client.request(
          true, ":method: GET", ":scheme: https", ":authority: a.test", ":path: /download");
      assertThat(stalledDownload()).isLessThan(BOUND);
      assertThat(client.get("a.test", "/other").complete().status()).isEqualTo(200);
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      while (body.size() < 4 << 20) {
        H2Frame frame = client.next(stream);
        assertThat(frame).isNotNull();
        if (frame.type() == H2Frame.DATA) {
          body.writeBytes(frame.payload());
          client.addCredit(stream, frame.payload().length);
        }
      }
      assertThat(Pattern.verify(new ByteArrayInputStream(body.toByteArray())))
          .isEqualTo(body.size());
    }
  }

  /** Credit that the proxy has not given: it must not read ahead of the upstream without end. */
  @Test
  void givesNoCreditWhileTheUpstreamIsSlow() throws Exception {
    try (H2RawClient client = bed.h2Client()) {
      int stream = client.request(
          false, ":method: POST", ":scheme: https", ":authority: a.test", ":path: /upload");
      long credit = client.uploadPattern(stream, 0, SIZE);
      assertThat(credit).isLessThan(BOUND);
      assertThat(client.get("a.test", "/other").complete().status()).isEqualTo(200);
      mayRead.countDown();
      assertThat(client.uploadPattern(stream, credit, SIZE)).isEqualTo(SIZE);
      assertThat(client.read(stream).complete().status()).isEqualTo(200);
      assertThat(uploaded.get(20, TimeUnit.SECONDS)).isEqualTo(SIZE);
    }
  }
}
