package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.Timeouts;
import io.reseal.testkit.H2Frame;
import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.ProxyFixture;
import io.reseal.testkit.TestBed;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** HTTP/2 clients that cost more than they pay lose their connection. */
final class Http2FloodTest {
  private static final String[] GET = {
    ":method: GET", ":scheme: https", ":authority: a.test", ":path: /flood"
  };
  private static final int PRIORITY = 2;
  private static final int PADDED = 8;
  private static final int UNKNOWN = 77;
  private static final int EVENTS = 20_000;
  private static final Executor VIRTUAL = task -> Thread.ofVirtual().start(task);

  /** Until a test that hangs is given up; nothing is measured by it. */
  private static final int PATIENCE_SECONDS = 60;

  private static TestBed bed;

  @BeforeAll
  static void start() throws IOException {
    // With the usual timeouts, so that nothing but the flood can end a connection.
    bed = TestBed.start();
  }

  /**
   * The usual timeouts, but for those of a client that keeps the proxy waiting.
   *
   * @param request for the beginning of a request
   * @param body for a pause in a body
   */
  private static Timeouts impatient(Timeouts all, Duration request, Duration body) {
    return new Timeouts(
        all.handshake(),
        request,
        request,
        body,
        all.connect(),
        all.upstreamHandshake(),
        all.responseHead(),
        all.tunnelIdle(),
        all.upstreamIdle(),
        all.upstreamAge(),
        all.resolve());
  }

  @AfterAll
  static void stop() {
    bed.close();
  }

  /** What stands before a flood. */
  @FunctionalInterface
  interface Prelude {
    void send(H2RawClient client) throws IOException;
  }

  /** One event of a flood, by its number. */
  @FunctionalInterface
  interface Event {
    void send(H2RawClient client, int number) throws IOException;
  }

  static Stream<Arguments> floods() {
    return Stream.of(
        flood("PING", (client, i) -> client.send(new H2Frame(H2Frame.PING, 0, 0, new byte[8]))),
        flood(
            "SETTINGS",
            (client, i) -> client.send(new H2Frame(H2Frame.SETTINGS, 0, 0, new byte[0]))),
        flood("SETTINGS window", (client, i) -> client.send(windowSetting(i % 2 * 1_000_000))),
        flood(
            "PRIORITY",
            (client, i) ->
                client.send(new H2Frame(PRIORITY, 0, 1 + 2 * i, new byte[] {0, 0, 0, 0, 1}))),
        flood("rapid reset", (client, i) -> client.resetStream(client.request(true, GET), 8)),
        flood("reset by us", (client, i) -> {
          int stream = client.request(false, GET);
          client.addCredit(stream, 0);
        }),
        flood(
            "malformed head",
            (client, i) -> client.request(true, ":method: GET", ":path: /x", "Upper: x")));
  }

  private static Arguments flood(String name, Event event) {
    return Arguments.of(name, event);
  }

  private static H2Frame windowSetting(int value) {
    byte[] payload = ByteBuffer.allocate(6).putShort((short) 4).putInt(value).array();
    return new H2Frame(H2Frame.SETTINGS, 0, 0, payload);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("floods")
  void endsTheConnectionOfAFlood(String name, Event event) throws Exception {
    requireEnd(client -> {}, EVENTS, event);
  }

  @Test
  void endsAHeaderBlockThatNeverEnds() throws Exception {
    requireEnd(
        client -> client.send(new H2Frame(H2Frame.HEADERS, H2Frame.END_STREAM, 1, new byte[0])),
        5_000,
        (client, i) -> client.send(new H2Frame(H2Frame.CONTINUATION, 0, 1, new byte[i % 2])));
  }

  @Test
  void endsAFloodOfEmptyData() throws Exception {
    String[] post = {":method: POST", ":scheme: https", ":authority: a.test", ":path: /flood"};
    requireEnd(
        client -> client.request(/* endStream= */ false, post),
        5_000,
        (client, i) -> client.data(1, /* endStream= */ false, ""));
  }

  /** Requires that a connection ends within so many of these events, and that others are served. */
  private static void requireEnd(Prelude prelude, int events, Event event) throws Exception {
    try (H2RawClient client = bed.h2Client()) {
      client.connection().readTimeout(PATIENCE_SECONDS * 1_000);
      prelude.send(client);
      // A GOAWAY would tell the reason; but a reset may overtake it, so the end must do.
      CompletableFuture<Void> ended = CompletableFuture.runAsync(client::drain, VIRTUAL);
      try {
        for (int sent = 0; sent < events && !ended.isDone(); sent++) {
          event.send(client, sent);
        }
      } catch (IOException e) {
        // What a connection that was ended looks like to a writer.
      }
      ended.get(2 * PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
    bed.requireHealthy();
  }

  @Test
  void refusesStreamsBeyondTheLimit() throws IOException {
    bed.origin().on("/hold", (connection, head) -> connection.awaitEnd());
    try (H2RawClient client = bed.h2Client()) {
      int last = 0;
      for (int i = 0; i < 101; i++) {
        last = client.request(
            true, ":method: GET", ":scheme: https", ":authority: a.test", ":path: /hold");
      }
      assertThat(client.read(last).isRefused()).isTrue();
    }
    bed.requireHealthy();
  }

  @Test
  void expandsNoCompressedFields() throws IOException {
    try (H2RawClient client = bed.h2Client()) {
      String value = "a".repeat(4_000);
      String[] fields = Stream.concat(
              Stream.of(GET), Stream.generate(() -> "x: " + value).limit(20))
          .toArray(String[]::new);
      H2RawClient.Outcome outcome = client.read(client.request(true, fields));
      assertThat(outcome.status() == 431 || outcome.isRefused())
          .as("%s", outcome)
          .isTrue();
    } catch (SocketException e) {
      // The connection was ended while the block was still being sent.
      assertThat(e).hasMessageMatching("(?i).*(reset|broken pipe).*");
    }
    bed.requireHealthy();
  }

  /** The client takes nothing of a response: the stream ends after the idle time. */
  @Test
  void endsAStreamWhoseWindowStaysShut() throws Exception {
    try (TestBed waiting = TestBed.start(
        setup -> setup.timeouts(all -> impatient(all, all.keepAlive(), Duration.ofSeconds(1))))) {
      waiting.origin().on("/large", (connection, head) -> {
        connection.receive(head);
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n");
        connection.sendPattern(10_000_000);
      });
      try (H2RawClient client =
          H2RawClient.connect(ProxyFixture.hello("a.test"), waiting.proxy().https(), 0)) {
        int stream = client.request(
            true, ":method: GET", ":scheme: https", ":authority: a.test", ":path: /large");
        H2RawClient.Outcome outcome = client.read(stream);
        assertThat(outcome.isRefused()).as("%s", outcome).isTrue();
      }
      waiting.requireHealthy();
    }
  }

  @Test
  void closesAConnectionWithGarbageForAPreface() throws IOException {
    try (var client = ProxyFixture.hello("a.test")
        .withApplicationProtocols("h2")
        .connect(bed.proxy().https())) {
      client.send("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      client.readToEnd();
    }
    bed.requireHealthy();
  }

  @Test
  void closesAConnectionThatSendsNoPreface() throws IOException {
    try (TestBed waiting = TestBed.start(
            setup -> setup.timeouts(all -> impatient(all, Duration.ofSeconds(1), all.bodyIdle())));
        var client = ProxyFixture.hello("a.test")
            .withApplicationProtocols("h2")
            .connect(waiting.proxy().https())) {
      client.readToEnd();
    }
  }

  @Test
  void countsPaddingAsBody() throws IOException {
    try (H2RawClient client = bed.h2Client()) {
      int stream = client.request(
          false, ":method: POST", ":scheme: https", ":authority: a.test", ":path: /padded");
      byte[] padded = new byte[1 + 3 + 255];
      padded[0] = (byte) 255;
      padded[1] = 'a';
      padded[2] = 'b';
      padded[3] = 'c';
      client.send(new H2Frame(H2Frame.DATA, PADDED | H2Frame.END_STREAM, stream, padded));
      assertThat(client.read(stream).complete().bodyText()).endsWith("\n\nabc");
    }
  }

  @Test
  void ignoresFramesOfUnknownTypes() throws IOException {
    try (H2RawClient client = bed.h2Client()) {
      client.send(new H2Frame(UNKNOWN, 0, 0, new byte[20]));
      assertThat(client.get("a.test", "/x").complete().status()).isEqualTo(200);
    }
  }
}
