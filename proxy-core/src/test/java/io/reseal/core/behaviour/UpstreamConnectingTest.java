package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.Limits;
import io.reseal.config.Timeouts;
import io.reseal.testkit.OriginConnection;
import io.reseal.testkit.ProxyFixture;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.TestBed;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A burst of requests does not become a burst of handshakes: what is beyond the limit waits. */
final class UpstreamConnectingTest {
  private static final String GET = "GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n";
  private static final String HELD = "GET /held HTTP/1.1\r\nHost: a.test\r\n\r\n";
  private static final int BURST = 12;
  private static final Duration SHORT = Duration.ofMillis(300);

  private final CountDownLatch gate = new CountDownLatch(1);
  private final List<RawClient> clients = new ArrayList<>();

  @AfterEach
  void close() {
    gate.countDown();
    clients.forEach(RawClient::close);
  }

  @Test
  void letsABurstWaitForTheConnectionsUnderWay() throws IOException {
    try (TestBed bed =
        TestBed.start(gatedFrom(1), setup -> setup.limits(all -> connecting(all, 2)))) {
      for (int i = 0; i < BURST; i++) {
        send(bed, GET);
      }
      fence(bed);
      Await.until(() -> bed.origin().connections().size() == 2);
      gate.countDown();
      for (RawClient client : clients) {
        assertThat(client.readReply().status()).isEqualTo(200);
      }
      assertThat(bed.origin().requests()).hasSize(BURST);
    }
  }

  @Test
  void givesAConnectionThatComesBackToWhoeverWaits() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    try (TestBed bed =
        TestBed.start(gatedFrom(2), setup -> setup.limits(all -> connecting(all, 1)))) {
      bed.origin().on("/held", (connection, head) -> {
        held.countDown();
        release.await();
        connection.respond(head, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      });
      RawClient holder = send(bed, HELD);
      Await.until(() -> held.getCount() == 0);
      RawClient connecting = send(bed, GET);
      Await.until(() -> bed.origin().connections().size() == 2);
      RawClient waiting = send(bed, GET);
      fence(bed);
      release.countDown();
      assertThat(holder.readReply().status()).isEqualTo(200);
      assertThat(waiting.readReply().status()).isEqualTo(200);
      assertThat(bed.origin().connections()).hasSize(2);
      gate.countDown();
      assertThat(connecting.readReply().status()).isEqualTo(200);
    }
  }

  @Test
  void refusesWhoeverHasWaitedTooLong() throws IOException {
    try (TestBed bed = TestBed.start(
        gatedFrom(1),
        setup ->
            setup.limits(all -> connecting(all, 1)).timeouts(all -> connectTimeout(all, SHORT)))) {
      RawClient connecting = send(bed, GET);
      Await.until(() -> bed.origin().connections().size() == 1);
      RawClient waiting = send(bed, GET);
      assertThat(waiting.readReply().status()).isEqualTo(503);
      assertThat(bed.origin().connections()).hasSize(1);
      gate.countDown();
      assertThat(connecting.readReply().status()).isEqualTo(200);
      assertThat(waiting.exchange(GET).status()).isEqualTo(200);
    }
  }

  @Test
  void tellsThoseWhoWaitedWhatKeptTheOthersFromConnecting() throws IOException {
    RecordingOrigin stalled =
        RecordingOrigin.cleartext().withScript(OriginConnection::awaitEnd).start();
    try (TestBed bed = TestBed.start(
        stalled,
        setup -> setup
            .limits(all -> connecting(all, 1))
            .timeouts(
                all -> handshakeTimeout(connectTimeout(all, SHORT.multipliedBy(3)), SHORT)))) {
      for (int i = 0; i < BURST; i++) {
        send(bed, GET);
      }
      for (RawClient client : clients) {
        assertThat(client.readReply().status()).isIn(502, 504);
      }
      assertThat(bed.origin().connections()).hasSizeLessThan(BURST);
    }
  }

  @Test
  void sendsThoseWhoWaitToAnotherEndpointWhenOneFails() throws IOException {
    RecordingOrigin stalled =
        RecordingOrigin.cleartext().withScript(OriginConnection::awaitEnd).start();
    RecordingOrigin origin = RecordingOrigin.tls(ProxySetup.originIdentity()).start();
    try (stalled;
        origin;
        ProxyFixture proxy = new ProxySetup()
            .identity("front", "a.test")
            .reencrypt("a.test", "half")
            .upstream("half", stalled, origin)
            .limits(all -> connecting(all, 1))
            .timeouts(all -> handshakeTimeout(all, SHORT))
            .start()) {
      for (int i = 0; i < BURST; i++) {
        clients.add(proxy.client("a.test").send(GET));
      }
      for (RawClient client : clients) {
        assertThat(client.readReply().status()).isEqualTo(200);
      }
      assertThat(origin.requests()).hasSize(BURST);
    }
  }

  @Test
  void connectsForNobodyWhoHasLeft() throws IOException {
    RecordingOrigin refusing = RecordingOrigin.cleartext()
        .withScript(connection -> {
          gate.await();
          connection.close();
        })
        .start();
    try (TestBed bed = TestBed.start(refusing, setup -> setup.limits(all -> connecting(all, 1)))) {
      for (int i = 0; i < BURST; i++) {
        send(bed, GET);
      }
      fence(bed);
      for (RawClient client : clients) {
        client.reset();
      }
      fence(bed);
      RawClient staying = send(bed, GET);
      fence(bed);
      gate.countDown();
      assertThat(staying.readReply().status()).isEqualTo(502);
      assertThat(bed.origin().connections()).hasSize(2);
    }
  }

  @Test
  void endsWaitingWhenTheProxyStops() throws IOException {
    try (TestBed bed =
        TestBed.start(gatedFrom(1), setup -> setup.limits(all -> connecting(all, 1)))) {
      send(bed, GET);
      Await.until(() -> bed.origin().connections().size() == 1);
      send(bed, GET);
      fence(bed);
      bed.proxy().close();
      for (RawClient client : clients) {
        client.readToEnd();
      }
    }
  }

  private RawClient send(TestBed bed, String request) throws IOException {
    RawClient client = bed.client().send(request);
    clients.add(client);
    return client;
  }

  /** There is one event loop, which takes what was sent before it takes this. */
  private static void fence(TestBed bed) throws IOException {
    assertThat(bed.exchange("GET / HTTP/1.1\r\nHost: other.test\r\n\r\n").status())
        .isEqualTo(404);
  }

  /** An origin whose handshakes, from this connection on, begin when the gate opens. */
  private RecordingOrigin gatedFrom(int first) throws IOException {
    AtomicInteger connections = new AtomicInteger();
    return RecordingOrigin.tls(ProxySetup.originIdentity())
        .withTuning(parameters -> gated(parameters, connections.incrementAndGet() >= first))
        .start();
  }

  private SSLParameters gated(SSLParameters parameters, boolean wait) {
    try {
      if (wait) {
        gate.await();
      }
      return parameters;
    } catch (InterruptedException ended) {
      throw new IllegalStateException(ended);
    }
  }

  private static Limits connecting(Limits all, int most) {
    return new Limits(
        all.clientHelloBytes(),
        all.requestTargetBytes(),
        all.requestHeadBytes(),
        all.requestFields(),
        all.requestBodyBytes(),
        all.responseHeadBytes(),
        all.responseFields(),
        all.http2Streams(),
        all.upstreamConnections(),
        all.upstreamIdleConnections(),
        most,
        all.upstreamAttempts());
  }

  private static Timeouts connectTimeout(Timeouts all, Duration connect) {
    return timeouts(all, connect, all.upstreamHandshake());
  }

  private static Timeouts handshakeTimeout(Timeouts all, Duration handshake) {
    return timeouts(all, all.connect(), handshake);
  }

  private static Timeouts timeouts(Timeouts all, Duration connect, Duration handshake) {
    return new Timeouts(
        all.handshake(),
        all.requestHead(),
        all.keepAlive(),
        all.bodyIdle(),
        connect,
        handshake,
        all.responseHead(),
        all.tunnelIdle(),
        all.upstreamIdle(),
        all.upstreamAge(),
        all.resolve());
  }
}
