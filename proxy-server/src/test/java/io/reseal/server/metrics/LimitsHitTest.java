package io.reseal.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reseal.config.ProxyConfig;
import io.reseal.config.read.ConfigReader;
import io.reseal.config.read.ConfigResult;
import io.reseal.config.schema.ConfigSchema;
import io.reseal.server.kit.Scrape;
import io.reseal.server.kit.Watched;
import io.reseal.server.run.ProxyProcess;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.ProxyFixture;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.TestPki;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every limit that can be configured counts where it is hit, under the name of its key. */
final class LimitsHitTest {
  private static final String GET = "GET /%s HTTP/1.1\r\nHost: a.test\r\n\r\n";
  private static final String LONG = "x".repeat(2_000);

  @TempDir
  private Path folder = Path.of("");

  @SuppressWarnings("NullAway.Init") // before each test
  private RecordingOrigin origin;

  /** Takes connections without ever shaking hands. */
  @SuppressWarnings("NullAway.Init") // before each test
  private ServerSocket silent;

  @SuppressWarnings("NullAway.Init") // by each test
  private ProxyProcess proxy;

  @BeforeEach
  void start() throws IOException {
    origin = RecordingOrigin.tls(ProxySetup.originIdentity()).start();
    silent = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
    TestPki.server("a.test").issuer(Certificates.FRONT.authority()).issue().write(folder, "front");
    Files.writeString(
        folder.resolve("destination-ca.pem"), TestPki.pem(Certificates.DESTINATION.certificate()));
  }

  @AfterEach
  void stop() throws IOException {
    proxy.close();
    origin.close();
    silent.close();
  }

  static Stream<String> limits() {
    return Stream.concat(
        ConfigSchema.LIMITS.keys().stream().map(key -> "limits." + key),
        ConfigSchema.LISTENER.keys().stream().filter(key -> key.startsWith("max")));
  }

  @ParameterizedTest
  @MethodSource("limits")
  void countsWhereItIsHit(String limit) throws Exception {
    int hits = hit(limit);
    await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .untilAsserted(() -> assertThat(hitsOf(limit)).isEqualTo(hits));
  }

  private double hitsOf(String limit) throws IOException {
    return Scrape.of(Watched.ask(
                proxy.admin().orElseThrow(), "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .bodyText())
        .sum("reseal_limits_hit_total", "limit=\"" + limit + "\"");
  }

  /** Hits a limit, and says how often. */
  private int hit(String limit) throws Exception {
    return switch (limit) {
      case "limits.clientHelloBytes" -> clientHelloBytes();
      case "limits.requestTargetBytes" -> requestTargetBytes();
      case "limits.requestHeadBytes" -> requestHeadBytes();
      case "limits.requestFields" -> requestFields();
      case "limits.requestBodyBytes" -> requestBodyBytes();
      case "limits.responseHeadBytes" -> responseHeadBytes();
      case "limits.responseFields" -> responseFields();
      case "limits.http2Streams" -> http2Streams();
      case "limits.upstreamConnections" -> upstreamConnections();
      case "limits.upstreamIdleConnections" -> upstreamIdleConnections();
      case "limits.upstreamConnecting" -> upstreamConnecting();
      case "limits.upstreamAttempts" -> upstreamAttempts();
      case "maxConnections" -> connections(", maxConnections: 1");
      case "maxConnectionsPerSource" -> connections(", maxConnectionsPerSource: 1");
      default -> throw new AssertionError(limit + " is new: let it count where it is hit");
    };
  }

  private void startWith(String limits) throws Exception {
    startWith("", limits, "\"" + origin.endpoint() + "\"");
  }

  private void startWith(String listener, String limits, String endpoints) throws Exception {
    Path yaml = Files.writeString(
        folder.resolve("reseal.yaml"), """
        listeners:
          - { name: https, address: "127.0.0.1:0", tls: {}%s }
          - { name: http, address: "127.0.0.1:0"%s }
        identities: { front: { certificate: front.crt, key: front.key } }
        routes: [{ host: a.test, reencrypt: origin }]
        upstreams: { origin: { endpoints: [%s], tls: { destinationCA: destination-ca.pem } } }
        limits: { %s }
        timeouts: { connect: 200ms }
        runtime: { eventLoops: 1 }
        admin: { address: "127.0.0.1:0", statusAddress: off }
        """.formatted(listener, listener, endpoints, limits));
    ConfigResult read = ConfigReader.read(yaml);
    assertThat(read).isInstanceOf(ConfigResult.Valid.class);
    ProxyConfig config = ((ConfigResult.Valid) read).config();
    proxy = ProxyProcess.start(config);
  }

  private InetSocketAddress listener(String name) {
    return Objects.requireNonNull(proxy.addresses().get(name)).getFirst();
  }

  private RawClient client() throws IOException {
    return RawClient.plain(listener("http"));
  }

  /** The status of what is answered to these bytes. */
  private int status(String request) throws IOException {
    try (RawClient client = client()) {
      client.sendDespiteClose(request);
      return client.readReply().status();
    }
  }

  private static String fields(int count) {
    return "a: b\r\n".repeat(count);
  }

  private static String get(String fields) {
    return "GET / HTTP/1.1\r\nHost: a.test\r\n" + fields + "\r\n";
  }

  private static String post(String trailers) {
    return "POST / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
        + trailers
        + "\r\n";
  }

  private static String response(String fields) {
    return "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + fields + "\r\n";
  }

  private int clientHelloBytes() throws Exception {
    startWith("clientHelloBytes: 512");
    String[] protocols =
        IntStream.range(0, 50).mapToObj(i -> "protocol-" + i).toArray(String[]::new);
    RawClient.Hello hello = ProxyFixture.hello("a.test").withApplicationProtocols(protocols);
    assertThatThrownBy(() -> hello.connect(listener("https"))).isInstanceOf(IOException.class);
    return 1;
  }

  private int requestTargetBytes() throws Exception {
    startWith("requestTargetBytes: 256");
    assertThat(status(GET.formatted(LONG))).isEqualTo(414);
    assertThat(status(GET.formatted("x".repeat(256)))).isEqualTo(414);
    return 2;
  }

  private int requestHeadBytes() throws Exception {
    startWith("requestHeadBytes: 1KiB, requestFields: 1000");
    assertThat(status(get("x: " + LONG + "\r\n"))).isEqualTo(431);
    assertThat(status(get(fields(200)))).isEqualTo(431);
    assertThat(status(post("x: " + LONG + "\r\n"))).isEqualTo(431);
    return 3;
  }

  private int requestFields() throws Exception {
    startWith("requestFields: 10");
    assertThat(status(get(fields(10)))).isEqualTo(431);
    assertThat(status(post(fields(11)))).isEqualTo(431);
    return 2;
  }

  private int requestBodyBytes() throws Exception {
    startWith("requestBodyBytes: 1");
    String head = "POST / HTTP/1.1\r\nHost: a.test\r\n";
    assertThat(status(head + "Content-Length: 2\r\n\r\nxx")).isEqualTo(413);
    assertThat(status(head + "Transfer-Encoding: chunked\r\n\r\n2\r\nxx\r\n0\r\n\r\n"))
        .isEqualTo(413);
    return 2;
  }

  private int responseHeadBytes() throws Exception {
    startWith("responseHeadBytes: 1KiB, responseFields: 1000");
    origin.on("/long", response("x: " + LONG + "\r\n"));
    origin.on("/many", response(fields(200)));
    origin.on(
        "/trailers",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nx: " + LONG + "\r\n\r\n");
    assertThat(status(GET.formatted("long"))).isEqualTo(502);
    assertThat(status(GET.formatted("many"))).isEqualTo(502);
    // Head and trailers may come in one piece or in two.
    assertThat(status(GET.formatted("trailers"))).isIn(200, 502);
    return 3;
  }

  private int responseFields() throws Exception {
    startWith("responseFields: 10");
    origin.on("/many", response(fields(10)));
    assertThat(status(GET.formatted("many"))).isEqualTo(502);
    return 1;
  }

  private int http2Streams() throws Exception {
    startWith("http2Streams: 1");
    origin.on("/hold", (connection, head) -> connection.awaitEnd());
    String[] get = {":method: GET", ":scheme: https", ":authority: a.test", ":path: /hold"};
    try (H2RawClient client =
        H2RawClient.connect(ProxyFixture.hello("a.test"), listener("https"))) {
      client.request(/* endStream= */ true, get);
      int second = client.request(/* endStream= */ true, get);
      assertThat(client.read(second).isRefused()).isTrue();
    }
    return 1;
  }

  private int upstreamConnections() throws Exception {
    startWith("upstreamConnections: 1");
    CountDownLatch held = new CountDownLatch(1);
    origin.on("/hold", (connection, head) -> {
      held.countDown();
      connection.awaitEnd();
    });
    try (RawClient first = client()) {
      first.send(GET.formatted("hold"));
      assertThat(held.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(status(GET.formatted("x"))).isEqualTo(503);
    }
    return 1;
  }

  private int upstreamIdleConnections() throws Exception {
    startWith("upstreamIdleConnections: 1");
    CountDownLatch together = new CountDownLatch(2);
    origin.on("/hold", (connection, head) -> {
      together.countDown();
      assertThat(together.await(20, TimeUnit.SECONDS)).isTrue();
      connection.respond(head, response(""));
    });
    try (RawClient first = client();
        RawClient second = client()) {
      first.send(GET.formatted("hold"));
      second.send(GET.formatted("hold"));
      assertThat(first.readReply().status()).isEqualTo(200);
      assertThat(second.readReply().status()).isEqualTo(200);
    }
    return 1;
  }

  private int upstreamConnecting() throws Exception {
    startWith("", "upstreamConnecting: 1", "\"127.0.0.1:" + silent.getLocalPort() + "\"");
    try (RawClient first = client()) {
      first.send(GET.formatted("x"));
      silent.accept();
      assertThat(status(GET.formatted("x"))).isEqualTo(503);
    }
    return 1;
  }

  private int upstreamAttempts() throws Exception {
    int port = silent.getLocalPort();
    silent.close();
    String closed = "\"127.0.0.1:%d\", \"127.0.0.2:%d\"".formatted(port, port);
    startWith("", "upstreamAttempts: 1", closed);
    assertThat(status(GET.formatted("x"))).isEqualTo(502);
    return 1;
  }

  private int connections(String limit) throws Exception {
    startWith(limit, "", "\"" + origin.endpoint() + "\"");
    try (RawClient first = client();
        RawClient second = client()) {
      first.send(GET.formatted("x"));
      assertThat(first.readReply().status()).isEqualTo(200);
      assertThat(second.readToEnd().text()).isEmpty();
    }
    return 1;
  }
}
