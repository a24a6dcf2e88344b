package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.HostPort;
import io.reseal.config.Limits;
import io.reseal.config.Timeouts;
import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.OriginConnection;
import io.reseal.testkit.OriginHandler;
import io.reseal.testkit.ProxyFixture;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.Reply;
import io.reseal.testkit.TestBed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What an upstream does wrong becomes an exact answer, or a response that is visibly broken. */
final class UpstreamFaultTest {
  private static final String GET = "GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n";
  private static final String POST =
      "POST /x HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\n\r\nbody";

  /** A port on loopback where nobody listens: it was free a moment ago. */
  static HostPort refusingEndpoint() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return new HostPort("127.0.0.1", socket.getLocalPort());
    }
  }

  static Timeouts impatient(Timeouts all) {
    return new Timeouts(
        all.handshake(),
        all.requestHead(),
        all.keepAlive(),
        Duration.ofMillis(500),
        // Long enough for a good handshake on a busy machine.
        Duration.ofMillis(2_000),
        Duration.ofMillis(2_000),
        Duration.ofMillis(500),
        all.tunnelIdle(),
        all.upstreamIdle(),
        all.upstreamAge(),
        all.resolve());
  }

  @Test
  void answersARefusedConnectionWith502() throws IOException {
    HostPort nobody = refusingEndpoint();
    try (ProxyFixture proxy = new ProxySetup()
            .identity("front", "a.test")
            .reencrypt("a.test", "gone")
            .upstream("gone", ProxySetup.verified(), nobody)
            .start();
        RawClient client = proxy.client("a.test")) {
      Reply reply = client.exchange(GET);
      assertThat(reply.status()).isIn(502, 503);
      assertThat(reply.fields().first("proxy-status")).contains("error=connection_refused");
      assertThat(client.exchange(POST).status()).as("on the same connection").isIn(502, 503);
    }
  }

  @Test
  void triesTheNextEndpoint() throws IOException {
    HostPort nobody = refusingEndpoint();
    RecordingOrigin origin = RecordingOrigin.tls(ProxySetup.originIdentity()).start();
    try (origin;
        ProxyFixture proxy = new ProxySetup()
            .identity("front", "a.test")
            .reencrypt("a.test", "half")
            .upstream("half", ProxySetup.verified(), nobody, origin.endpoint())
            .start();
        RawClient client = proxy.client("a.test")) {
      for (int i = 0; i < 6; i++) {
        assertThat(client.exchange(POST).status()).isEqualTo(200);
        assertThat(client.exchange(GET).status()).isEqualTo(200);
      }
    }
  }

  @Test
  void triesTheNextEndpointWhenAHandshakeFails() throws IOException {
    RecordingOrigin broken =
        RecordingOrigin.cleartext().withScript(OriginConnection::reset).start();
    RecordingOrigin origin = RecordingOrigin.tls(ProxySetup.originIdentity()).start();
    try (broken;
        origin;
        ProxyFixture proxy = new ProxySetup()
            .identity("front", "a.test")
            .reencrypt("a.test", "half")
            .upstream("half", broken, origin)
            .start();
        RawClient client = proxy.client("a.test")) {
      for (int i = 0; i < 6; i++) {
        assertThat(client.exchange(POST).status()).isEqualTo(200);
      }
    }
  }

  @Test
  void takesTurnsBetweenEndpoints() throws IOException {
    RecordingOrigin one = RecordingOrigin.tls(ProxySetup.originIdentity()).start();
    RecordingOrigin two = RecordingOrigin.tls(ProxySetup.originIdentity()).start();
    try (one;
        two;
        ProxyFixture proxy = new ProxySetup()
            .identity("front", "a.test")
            .reencrypt("a.test", "both")
            .upstream("both", one, two)
            .start();
        RawClient client = proxy.client("a.test")) {
      for (int i = 0; i < 10; i++) {
        assertThat(client.exchange(GET).status()).isEqualTo(200);
      }
      assertThat(one.requests()).hasSize(5);
      assertThat(two.requests()).hasSize(5);
    }
  }

  @Test
  void answersAStalledHandshakeWith504() throws Exception {
    RecordingOrigin stalled =
        RecordingOrigin.cleartext().withScript(OriginConnection::awaitEnd).start();
    try (TestBed bed = TestBed.start(
        stalled,
        setup ->
            setup.timeouts(UpstreamFaultTest::impatient).limits(UpstreamFaultTest::oneAttempt))) {
      Reply reply = bed.get("/x");
      assertThat(reply.status()).isIn(502, 504);
      assertThat(reply.fields().first("proxy-status")).contains("error=");
      assertThat(stalled.lastConnection().end()).isNotNull();
    }
  }

  static Limits oneAttempt(Limits all) {
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
        all.upstreamConnecting(),
        1);
  }

  static Stream<Arguments> phases() {
    return Stream.of(
        Arguments.of("reset before the response", handler(OriginConnection::reset)),
        Arguments.of("close before the response", handler(OriginConnection::close)),
        Arguments.of("reset in the status line", afterSending("HTTP/1.1 2", true)),
        Arguments.of("close in the status line", afterSending("HTTP/1.1 2", false)),
        Arguments.of("reset in the fields", afterSending("HTTP/1.1 200 OK\r\nContent-", true)),
        Arguments.of("close in the fields", afterSending("HTTP/1.1 200 OK\r\nContent-", false)),
        Arguments.of(
            "close before the empty line",
            afterSending("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", false)));
  }

  private static OriginHandler handler(OriginHandler.OfConnection then) {
    return (connection, head) -> {
      connection.receive(head);
      then.serve(connection);
    };
  }

  private static OriginHandler afterSending(String bytes, boolean reset) {
    return handler(connection -> {
      connection.send(bytes);
      if (reset) {
        connection.reset();
      } else {
        connection.close();
      }
    });
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("phases")
  void answersABreakBeforeTheEndOfTheHeadWith502(String name, OriginHandler fault)
      throws IOException {
    try (TestBed bed = TestBed.start()) {
      bed.origin().on("/x", fault);
      try (RawClient client = bed.client()) {
        Reply reply = client.exchange(POST);
        assertThat(reply.status()).isEqualTo(502);
        assertThat(reply.fields().first("proxy-status")).contains("error=");
        assertThat(bed.origin().requests()).as("a POST is never sent twice").hasSize(1);
        assertThat(client.exchange(GET).status()).isEqualTo(502);
      }
      try (H2RawClient client = bed.h2Client()) {
        assertThat(client.get("a.test", "/x").complete().status()).isEqualTo(502);
      }
    }
  }

  static Stream<Arguments> brokenBodies() {
    String length = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";
    String chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    return Stream.of(
        Arguments.of("close in a body by length", afterSending(length + "part", false)),
        Arguments.of("reset in a body by length", afterSending(length + "part", true)),
        Arguments.of("truncate a body by length", handler(connection -> {
          connection.send(length + "part");
          connection.truncate();
        })),
        Arguments.of("close before the body", afterSending(length, false)),
        Arguments.of("close in a chunk", afterSending(chunked + "a\r\npart", false)),
        Arguments.of("reset in a chunk", afterSending(chunked + "a\r\npart", true)),
        Arguments.of("close after a chunk", afterSending(chunked + "4\r\npart\r\n", false)),
        Arguments.of(
            "close in the last chunk", afterSending(chunked + "4\r\npart\r\n0\r\n", false)),
        Arguments.of("bad chunk size", afterSending(chunked + "4\r\npart\r\nxyz\r\n", false)),
        Arguments.of("chunk without CRLF", afterSending(chunked + "4\r\npartXX0\r\n\r\n", false)),
        Arguments.of("bad trailer", afterSending(chunked + "4\r\npart\r\n0\r\na b\r\n\r\n", false)),
        Arguments.of("truncated close-delimited body", handler(connection -> {
          connection.send("HTTP/1.1 200 OK\r\n\r\npart");
          connection.truncate();
        })),
        Arguments.of(
            "reset close-delimited body", afterSending("HTTP/1.1 200 OK\r\n\r\npart", true)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("brokenBodies")
  void passesABreakOnAsABreak(String name, OriginHandler fault) throws IOException {
    try (TestBed bed = TestBed.start()) {
      bed.origin().on("/x", fault);
      try (RawClient client = bed.client()) {
        requireBroken(client);
      }
      try (H2RawClient client = bed.h2Client()) {
        H2RawClient.Outcome outcome = client.get("a.test", "/x");
        assertThat(outcome.status()).isIn(200, 502);
        if (outcome.status() == 200) {
          assertThat(outcome.resetCode()).as("%s", outcome).isPositive();
        }
        assertThat(client.get("a.test", "/after").complete().status()).isEqualTo(200);
      }
      bed.requireHealthy();
    }
  }

  /** A reset may overtake the bytes before it; so it may be all that the client sees. */
  private static void requireBroken(RawClient client) throws IOException {
    client.send(GET);
    try {
      Reply reply = client.readReply();
      assertThat(reply.status()).isIn(200, 502);
      if (reply.status() == 200) {
        assertThat(reply.isComplete()).as("%s", reply).isFalse();
      }
    } catch (SocketException e) {
      assertThat(e).hasMessageContaining("reset");
    }
  }

  @Test
  void takesACloseForTheEndOfAResponseWithoutLength() throws IOException {
    try (TestBed bed = TestBed.start()) {
      for (String version : new String[] {"HTTP/1.1", "HTTP/1.0"}) {
        bed.origin().on("/x", afterSending(version + " 200 OK\r\nX-A: b\r\n\r\nall of it", false));
        try (RawClient client = bed.client()) {
          Reply reply = client.exchange(GET);
          assertThat(reply.isComplete()).as("%s", reply).isTrue();
          assertThat(reply.bodyText()).isEqualTo("all of it");
          assertThat(reply.version()).isEqualTo("HTTP/1.1");
        }
        try (H2RawClient client = bed.h2Client()) {
          assertThat(client.get("a.test", "/x").complete().bodyText()).isEqualTo("all of it");
        }
      }
    }
  }

  @Test
  void answersAResponseThatNeverComesWith504() throws Exception {
    try (TestBed bed = TestBed.start(setup -> setup.timeouts(UpstreamFaultTest::impatient))) {
      bed.origin().on("/x", handler(OriginConnection::awaitEnd));
      Reply reply = bed.exchange(POST);
      assertThat(reply.status()).isEqualTo(504);
      assertThat(reply.fields().first("proxy-status")).contains("error=http_response_timeout");
      assertThat(bed.origin().connections().getFirst().end()).isNotNull();
      assertThat(bed.origin().requests()).hasSize(1);
    }
  }

  @Test
  void answersAHeadThatComesTooSlowlyWith504() throws Exception {
    CountDownLatch stopped = new CountDownLatch(1);
    try (TestBed bed = TestBed.start(setup -> setup.timeouts(UpstreamFaultTest::impatient))) {
      bed.origin().on("/x", handler(connection -> {
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n");
        connection.awaitEnd();
        stopped.countDown();
      }));
      assertThat(bed.exchange(GET).status()).isEqualTo(504);
      assertThat(stopped.await(10, java.util.concurrent.TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void breaksAStalledResponseOff() throws Exception {
    try (TestBed bed = TestBed.start(setup -> setup.timeouts(UpstreamFaultTest::impatient))) {
      bed.origin().on("/x", handler(connection -> {
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\npart");
        connection.awaitEnd();
      }));
      Reply reply = bed.exchange(GET);
      assertThat(reply.status()).isEqualTo(200);
      assertThat(reply.isComplete()).isFalse();
      try (H2RawClient client = bed.h2Client()) {
        assertThat(client.get("a.test", "/x").resetCode()).isPositive();
      }
      for (OriginConnection connection : bed.origin().connections()) {
        assertThat(connection.end()).isNotNull();
      }
    }
  }

  @Test
  void fallsBackToHttp11WithoutAlpn() throws IOException {
    RecordingOrigin origin = RecordingOrigin.tls(ProxySetup.originIdentity())
        .withApplicationProtocols()
        .start();
    try (TestBed bed = TestBed.start(origin, setup -> setup)) {
      assertThat(bed.get("/x").status()).isEqualTo(200);
      assertThat(origin.lastConnection().applicationProtocol()).isEmpty();
    }
  }

  @Test
  void connectsToAnEndpointByName() throws IOException {
    RecordingOrigin origin = RecordingOrigin.tls(ProxySetup.originIdentity()).start();
    try (origin;
        ProxyFixture proxy = new ProxySetup()
            .identity("front", "a.test")
            .reencrypt("a.test", "named")
            .upstream("named", ProxySetup.verified(), new HostPort("localhost", origin.port()))
            .start();
        RawClient client = proxy.client("a.test")) {
      assertThat(client.exchange(GET).status()).isEqualTo(200);
      assertThat(origin.lastConnection().serverName()).isEqualTo("localhost");
    }
  }

  @Test
  void answersAnUnknownEndpointNameWith502() throws IOException {
    try (ProxyFixture proxy = new ProxySetup()
            .identity("front", "a.test")
            .reencrypt("a.test", "named")
            .upstream("named", ProxySetup.verified(), new HostPort("nobody.invalid", 443))
            .start();
        RawClient client = proxy.client("a.test")) {
      Reply reply = client.exchange(GET);
      assertThat(reply.status()).isIn(502, 503, 504);
      assertThat(reply.fields().first("proxy-status")).contains("error=dns_");
    }
  }

  @Test
  void boundsTheConnectionsToAnEndpoint() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    try (TestBed bed = TestBed.start(setup -> setup.limits(UpstreamFaultTest::oneConnection))) {
      bed.origin().on("/x", (connection, head) -> {
        release.await();
        connection.respond(head, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      });
      try (RawClient first = bed.client();
          RawClient second = bed.client()) {
        first.send(GET);
        Await.until(() -> !bed.origin().connections().isEmpty());
        second.send(GET);
        Reply refused = second.readReply();
        release.countDown();
        assertThat(refused.status()).isEqualTo(503);
        assertThat(first.readReply().status()).isEqualTo(200);
        assertThat(second.exchange(GET).status()).isEqualTo(200);
        assertThat(bed.origin().connections()).hasSize(1);
      }
    }
  }

  private static Limits oneConnection(Limits all) {
    return new Limits(
        all.clientHelloBytes(),
        all.requestTargetBytes(),
        all.requestHeadBytes(),
        all.requestFields(),
        all.requestBodyBytes(),
        all.responseHeadBytes(),
        all.responseFields(),
        all.http2Streams(),
        1,
        all.upstreamIdleConnections(),
        all.upstreamConnecting(),
        all.upstreamAttempts());
  }

  /** Connections that nobody accepts: the backlog is full, so further SYNs go unanswered. */
  @Test
  void answersAnUnansweredConnectWith504() throws IOException {
    try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      java.util.List<java.net.Socket> fillers = fillBacklog(deaf);
      HostPort endpoint = new HostPort("127.0.0.1", deaf.getLocalPort());
      try (ProxyFixture proxy = new ProxySetup()
              .identity("front", "a.test")
              .reencrypt("a.test", "deaf")
              .upstream("deaf", ProxySetup.verified(), endpoint)
              .timeouts(UpstreamFaultTest::impatient)
              .limits(UpstreamFaultTest::oneAttempt)
              .start();
          RawClient client = proxy.client("a.test")) {
        Reply reply = client.exchange(GET);
        assertThat(reply.status()).isIn(502, 503, 504);
        assertThat(reply.fields().first("proxy-status"))
            .containsAnyOf("error=connection_timeout", "error=destination_unavailable");
      } finally {
        for (java.net.Socket filler : fillers) {
          filler.close();
        }
      }
    }
  }

  private static java.util.List<java.net.Socket> fillBacklog(ServerSocket deaf) throws IOException {
    java.util.List<java.net.Socket> fillers = new java.util.ArrayList<>();
    InetSocketAddress address = (InetSocketAddress) deaf.getLocalSocketAddress();
    for (int i = 0; i < 8; i++) {
      java.net.Socket filler = new java.net.Socket();
      fillers.add(filler);
      try {
        filler.connect(address, 100);
      } catch (java.net.SocketTimeoutException e) {
        return fillers;
      }
    }
    return fillers;
  }
}
