package io.reseal.server.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.AccessLogSettings.Format;
import io.reseal.config.AccessLogSettings.Query;
import io.reseal.config.HostPort;
import io.reseal.config.ListenerSecurity.UnknownServerName;
import io.reseal.config.Network;
import io.reseal.config.RuntimeSettings;
import io.reseal.config.RuntimeSettings.TlsProvider;
import io.reseal.config.RuntimeSettings.Transport;
import io.reseal.config.TracingSettings;
import io.reseal.server.kit.Json;
import io.reseal.server.kit.Watched;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.ProxyFixture;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.Reply;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the access log says after real traffic. */
final class AccessLogTest {
  @TempDir
  private Path folder = Path.of("");

  private LogFile log = new LogFile(Path.of(""));

  @BeforeEach
  void name() {
    log = new LogFile(folder.resolve("access.log"));
  }

  @Test
  void tellsBothLegsOfAnExchange() throws IOException {
    Instant before = Instant.now();
    try (Watched proxy = Watched.start(setup -> setup.accessLog(log.json()))) {
      try (RawClient client = proxy.client("a.test")) {
        client.exchange("POST /cart HTTP/1.1\r\nHost: a.test\r\nUser-Agent: test/1\r\n"
            + "Content-Length: 5\r\n\r\nhello");
        client.exchange("GET /cart HTTP/1.1\r\nHost: a.test\r\n\r\n");
      }
      List<Json> lines = log.objects(2);
      Json first = lines.getFirst();
      assertThat(Instant.parse((String) first.get("time")))
          .isBetween(before.minus(Duration.ofSeconds(1)), Instant.now());
      assertThat(first.fields())
          .containsEntry("listener", "https")
          .containsEntry("client.ip", "127.0.0.1")
          .containsEntry("client.tls", "TLSv1.3")
          .containsEntry("protocol", "http/1.1")
          .containsEntry("method", "POST")
          .containsEntry("host", "a.test")
          .containsEntry("path", "/cart")
          .containsEntry("userAgent", "test/1")
          .containsEntry("status", 200)
          .containsEntry("route", "route-0")
          .containsEntry("upstream.name", "origin")
          .containsEntry("upstream.endpoint", proxy.origin().endpoint().toString())
          .containsEntry("upstream.tls", "TLSv1.3")
          .containsEntry("upstream.verified", true)
          .containsEntry("bytesFromClient", 5)
          .doesNotContainKeys(
              "error",
              "query",
              "traceId",
              "replayed",
              "client.identity",
              "client.alpn",
              "client.sni");
      for (String key : List.of("client.cipher", "upstream.cipher")) {
        assertThat((String) first.get(key)).as(key).startsWith("TLS_");
      }
      for (String key : List.of("client.group", "upstream.group")) {
        assertThat((String) first.get(key)).as(key).containsIgnoringCase("25519");
      }
      assertThat((Integer) first.get("bytesToClient")).isPositive();
      assertThat((Double) first.get("connectedMs")).isPositive();
      assertThat((Double) first.get("upstream.connectMs")).isPositive();
      assertThat((Double) first.get("upstream.handshakeMs")).isPositive().isLessThan((Double)
          first.get("connectedMs"));
      assertThat((Double) first.get("respondedMs"))
          .isGreaterThan((Double) first.get("connectedMs"))
          .isLessThanOrEqualTo((Double) first.get("totalMs"));
      Json second = lines.getLast();
      assertThat(second.fields())
          .containsEntry("upstream.reused", true)
          .doesNotContainKeys("userAgent", "connectedMs", "upstream.connectMs", "bytesFromClient");
      assertThat(second.get("id")).isNotEqualTo(first.get("id"));
      assertThat(second.get("client.port")).isEqualTo(first.get("client.port"));
    }
  }

  /** What is copied from line to line is the connection's own, and nothing else. */
  @Test
  void tellsTheSameOfAConnectionInEachOfItsLines() throws IOException {
    try (Watched proxy = Watched.start(setup -> setup.accessLog(log.json()))) {
      try (RawClient one = proxy.client("a.test");
          RawClient other = proxy.plainClient()) {
        for (int i = 0; i < 6; i++) {
          one.exchange("GET /one/" + i + " HTTP/1.1\r\nHost: a.test\r\n\r\n");
          other.exchange("GET /other/" + i + " HTTP/1.1\r\nHost: a.test\r\n\r\n");
        }
      }
      List<Json> lines = log.objects(12);
      for (int i = 0; i < 12; i++) {
        Json line = lines.get(i);
        Json first = lines.get(i % 2);
        assertThat(line.get("path")).isEqualTo((i % 2 == 0 ? "/one/" : "/other/") + i / 2);
        assertThat(about("client", line)).isEqualTo(about("client", first));
        assertThat(line.fields().get("upstream.reused")).isEqualTo(i > 0 ? true : null);
        Map<String, Object> upstream = about("upstream", line);
        Map<String, Object> upstreamAtFirst = about("upstream", lines.getFirst());
        for (String its :
            List.of("upstream.reused", "upstream.connectMs", "upstream.handshakeMs")) {
          upstream.remove(its);
          upstreamAtFirst.remove(its);
        }
        assertThat(upstream).isEqualTo(upstreamAtFirst);
      }
      assertThat(about("client", lines.get(0))).isNotEqualTo(about("client", lines.get(1)));
    }
  }

  /** Each event loop makes its own lines, and one thread writes those of all. */
  @Test
  void tellsOfEveryExchangeOnEveryEventLoop() throws IOException {
    int connections = 12;
    int requests = 200;
    RuntimeSettings loops =
        new RuntimeSettings(Transport.AUTO, TlsProvider.BORINGSSL, /* eventLoops= */ 3);
    try (Watched proxy = Watched.start(setup -> setup.runtime(loops).accessLog(log.json()))) {
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < connections; i++) {
        int number = i;
        clients.add(Thread.ofVirtual().start(() -> {
          try (RawClient client = proxy.plainClient()) {
            for (int k = 0; k < requests; k++) {
              client.exchange("GET /%d/%d HTTP/1.1\r\nHost: a.test\r\n\r\n".formatted(number, k));
            }
          } catch (IOException failed) {
            throw new UncheckedIOException(failed);
          }
        }));
      }
      for (Thread client : clients) {
        join(client);
      }
      Set<Object> paths = new HashSet<>();
      for (Json line : log.objects(connections * requests)) {
        paths.add(line.get("path"));
      }
      assertThat(paths).hasSize(connections * requests);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static Map<String, Object> about(String whom, Json line) {
    Map<String, Object> about = new LinkedHashMap<>(line.fields());
    about.keySet().removeIf(key -> !key.startsWith(whom));
    return about;
  }

  @Test
  void tellsOfHttp2AndOfCleartext() throws IOException {
    try (Watched proxy = Watched.start(setup -> setup.accessLog(log.json()))) {
      try (H2RawClient client = proxy.h2Client("a.test")) {
        client.get("a.test", "/two");
      }
      log.lines(1);
      try (RawClient client = proxy.plainClient()) {
        client.exchange("GET /plain HTTP/1.0\r\nHost: a.test\r\n\r\n");
      }
      List<Json> lines = log.objects(2);
      assertThat(lines.getFirst().fields())
          .containsEntry("protocol", "h2")
          .doesNotContainKeys("client.alpn", "client.sni", "upstream.address");
      assertThat(lines.getLast().fields())
          .containsEntry("protocol", "http/1.0")
          .doesNotContainKeys("client.tls", "client.cipher", "client.resumed", "client.sni");
    }
  }

  /** Requests of one connection may name other hosts, and what is the usual is not said. */
  @Test
  void tellsWhereNameAndProtocolAreNotThoseOfTheHandshake() throws IOException {
    try (Watched proxy = Watched.start(setup -> setup
        .accessLog(log.json())
        .identity("other", "b.test")
        .unknownServerName(new UnknownServerName.ServeIdentity("front"))
        .reencrypt("b.test", "origin"))) {
      try (H2RawClient client = proxy.h2Client("a.test")) {
        for (int i = 0; i < 4; i++) {
          client.get(i % 2 == 0 ? "a.test" : "b.test", "/" + i);
          log.lines(i + 1);
        }
      }
      for (Json line : log.objects(4)) {
        boolean other = line.get("host").equals("b.test");
        assertThat(line.fields().get("client.sni")).isEqualTo(other ? "a.test" : null);
        assertThat(line.fields()).doesNotContainKey("client.alpn");
      }
      try (RawClient client = ProxyFixture.hello("").connect(proxy.https())) {
        client.exchange("GET / HTTP/1.1\r\nHost: b.test\r\n\r\n");
      }
      assertThat(log.objects(5).getLast().fields())
          .containsEntry("client.tls", "TLSv1.3")
          .containsEntry("client.sni", "")
          .containsEntry("client.alpn", "");
    }
  }

  @Test
  void hasTheIdThatTheClientWasTold() throws IOException {
    HostPort closed;
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      closed = new HostPort("127.0.0.1", probe.getLocalPort());
    }
    try (Watched proxy = Watched.start(setup -> setup
        .accessLog(log.json())
        .reencrypt("closed.test", "closed")
        .upstream("closed", ProxySetup.verified(), closed))) {
      try (RawClient client = proxy.plainClient()) {
        Reply reply = client.exchange("GET / HTTP/1.1\r\nHost: closed.test\r\n\r\n");
        Json line = log.objects(1).getFirst();
        assertThat(reply.bodyText()).contains("id: " + line.get("id"));
        assertThat(line.fields())
            .containsEntry("status", 502)
            .containsEntry("end", "error")
            .containsEntry("error", "refused")
            .containsEntry("upstream.name", "closed")
            .containsEntry("bytesToClient", reply.bodyText().length())
            .doesNotContainKeys("upstream.endpoint", "connectedMs", "respondedMs");
        assertThat((String) line.get("detail")).contains(closed.toString());
      }
    }
  }

  @Test
  void tellsWhyAResponseBroke() throws IOException {
    try (Watched proxy = Watched.start(setup -> setup.accessLog(log.json()))) {
      proxy.origin().on("/half", (connection, head) -> {
        connection.receive(head);
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        connection.close();
      });
      try (RawClient client = proxy.client("a.test")) {
        client.send("GET /half HTTP/1.1\r\nHost: a.test\r\n\r\n");
        client.readToEnd();
      }
      try (RawClient client = proxy.client("a.test")) {
        client.send("POST /x HTTP/1.1\r\nHost: a.test\r\nContent-Length: 10\r\n\r\nhalf");
        log.lines(1);
      }
      List<Json> lines = log.objects(2);
      assertThat(lines.getFirst().fields())
          .containsEntry("status", 200)
          .containsEntry("end", "broken_off")
          .containsEntry("error", "closed_in_body");
      assertThat(lines.getLast().fields())
          .containsEntry("end", "client_gone")
          .containsEntry("bytesFromClient", 4)
          .doesNotContainKey("status");
    }
  }

  @Test
  void tellsOfUpgradesAndTheirRoute() throws IOException {
    try (Watched proxy = Watched.start(setup -> setup.accessLog(log.json()))) {
      proxy.origin().on("/ws", (connection, head) -> {
        connection.respond(
            head,
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        connection.reader().rest().transferTo(connection.out());
        connection.close();
      });
      try (RawClient client = proxy.client("a.test")) {
        client.exchange("GET /ws HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\n"
            + "Upgrade: websocket\r\n\r\n");
        client.send("ping");
        client.readExactly(4);
      }
      List<Json> lines = log.objects(2);
      Json exchange = lines.getFirst();
      assertThat(exchange.fields()).doesNotContainKey("kind").containsEntry("status", 101);
      assertThat(lines.getLast().fields())
          .containsEntry("kind", "upgrade")
          .containsEntry("id", exchange.get("id"))
          .containsEntry("protocol", "websocket")
          .containsEntry("host", "a.test")
          .containsEntry("route", "route-0")
          .containsEntry("upstream.name", "origin")
          .containsEntry("client.tls", "TLSv1.3")
          .containsEntry("upstream.tls", "TLSv1.3")
          .containsEntry("bytesFromClient", 4)
          .containsEntry("bytesToClient", 4)
          .containsKey("end");
      assertThat(proxy.scrape().sum("reseal_tunnels_total", "route=\"route-0\""))
          .isEqualTo(1);
    }
  }

  @Test
  void tellsOfPassedThroughConnections() throws IOException {
    try (Watched proxy = Watched.start(setup -> setup
        .accessLog(log.json())
        .passthrough("127.0.0.1.test", "origin")
        .passthrough("dead.test", "dead")
        .upstream("dead", ProxySetup.verified(), new HostPort("127.0.0.1", 1)))) {
      try (RawClient client = RawClient.Hello.of(
              Certificates.DESTINATION.certificate(), "127.0.0.1.test")
          .connect(proxy.https())) {
        client.exchange("GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n");
      }
      Json line = log.objects(1).getFirst();
      assertThat(line.fields())
          .containsEntry("kind", "passthrough")
          .containsEntry("host", "127.0.0.1.test")
          .containsEntry("route", "route-1")
          .containsEntry("upstream.name", "origin")
          .containsEntry("upstream.endpoint", proxy.origin().endpoint().toString())
          .doesNotContainKeys("client.tls", "upstream.tls", "error", "status");
      assertThat((Integer) line.get("bytesFromClient")).isGreaterThan(200);
      assertThat((Integer) line.get("bytesToClient")).isGreaterThan(200);
      try (RawClient client = proxy.client("dead.test")) {
        throw new AssertionError("connected to nobody: " + client);
      } catch (IOException alert) {
        assertThat(log.objects(2).getLast().fields())
            .containsEntry("end", "not_connected")
            .containsEntry("error", "refused")
            .containsEntry("upstream.name", "dead");
      }
    }
  }

  @Test
  void writesTextForPeopleToo() throws IOException {
    try (Watched proxy =
        Watched.start(setup -> setup.accessLog(log.settings(Format.TEXT, Query.OMIT)))) {
      try (RawClient client = proxy.plainClient()) {
        client.exchange("GET /x HTTP/1.1\r\nHost: a.test\r\nUser-Agent: a \"quoted\" one\r\n\r\n");
      }
      assertThat(log.lines(1).getFirst())
          .matches("time=[-0-9]+T[:0-9]+\\.[0-9]{3}Z id=[0-9a-f]{16} listener=http"
              + " client.ip=127.0.0.1 client.port=[0-9]+ protocol=http/1.1 method=GET host=a.test"
              + " path=/x userAgent=\"a \\\\\"quoted\\\\\" one\" status=200"
              + " route=route-0 .* totalMs=[0-9]+\\.[0-9]{3}");
    }
  }

  @Test
  void escapesWhatPeersSayAndCutsIt() throws IOException {
    String agent = "[31m\u00e9\\\"" + "x".repeat(3_000);
    try (Watched proxy = Watched.start(setup -> setup.accessLog(log.json()))) {
      try (RawClient client = proxy.plainClient()) {
        client.exchange("GET /%22 HTTP/1.1\r\nHost: a.test\r\nUser-Agent: " + agent + "\r\n\r\n");
        client.exchange("GET /\u0001 HTTP/1.1\r\nHost: a.test\r\n\r\n");
      }
      List<String> lines = log.lines(2);
      assertThat(lines).allMatch(line -> line.chars().allMatch(c -> c >= ' ' && c < 0x7F));
      assertThat(lines).allMatch(line -> line.length() < 2_500);
      assertThat((String) Json.parse(lines.getFirst()).get("userAgent")).startsWith("[31m");
      assertThat(Json.parse(lines.getLast()).fields())
          .containsEntry("status", 400)
          .doesNotContainKey("path");
    }
  }

  @Test
  void neverWritesSecrets() throws IOException {
    for (Query query : Query.values()) {
      LogFile file = new LogFile(folder.resolve(query.name()));
      try (Watched proxy =
          Watched.start(setup -> setup.accessLog(file.settings(Format.JSON, query)))) {
        try (RawClient client = proxy.plainClient()) {
          client.exchange("GET /p?user=hidden1&hidden2&token=hidden3 HTTP/1.1\r\nHost: a.test\r\n"
              + "Authorization: Bearer hidden4\r\nCookie: s=hidden5\r\n"
              + "Referer: https://x.test/?hidden6\r\nX-Api-Key: hidden7\r\n\r\n");
          client.exchange("GET /p?hidden8 HTTP/1.1\r\nHost: a.test\r\nx\u0001: hidden9\r\n\r\n");
        }
        Json line = file.objects(2).getFirst();
        switch (query) {
          case OMIT -> assertThat(line.fields()).doesNotContainKey("query");
          case NAMES -> assertThat(line.get("query")).isEqualTo("?user=*&*&token=*");
          case KEEP ->
            assertThat(line.get("query")).isEqualTo("?user=hidden1&hidden2&token=hidden3");
        }
        if (query != Query.KEEP) {
          assertThat(file.lines(2)).noneMatch(each -> each.contains("hidden"));
        } else {
          assertThat(file.lines(2)).noneMatch(each -> each.matches(".*hidden[4-79].*"));
        }
      }
    }
  }

  @Test
  void takesTheIdOfTrustedPeersAlone() throws IOException {
    String asked = "GET / HTTP/1.1\r\nHost: a.test\r\nX-Request-Id: %s\r\n\r\n";
    try (Watched proxy = Watched.start(setup -> setup
        .accessLog(log.json())
        .tracing(new TracingSettings(
            TracingSettings.RequestId.SET,
            TracingSettings.Traceparent.PASS,
            new TracingSettings.Export.Off(),
            1,
            64)))) {
      try (RawClient client = proxy.plainClient()) {
        client.exchange(asked.formatted("made-up"));
        String id = (String) log.objects(1).getFirst().get("id");
        assertThat(id).matches("[0-9a-f]{16}");
        assertThat(sent(proxy.origin())).isEqualTo(id);
      }
    }
    LogFile other = new LogFile(folder.resolve("other.log"));
    try (Watched proxy = Watched.start(setup -> setup
        .accessLog(other.json())
        .trustedPeers(new Network(InetAddress.ofLiteral("127.0.0.0"), 8)))) {
      try (RawClient client = proxy.plainClient()) {
        client.exchange(asked.formatted("from-the-edge:1"));
        client.exchange(asked.formatted("not usable"));
        client.exchange(asked.formatted("x".repeat(129)));
        List<Json> lines = other.objects(3);
        assertThat(lines.getFirst().get("id")).isEqualTo("from-the-edge:1");
        assertThat((String) lines.get(1).get("id")).matches("[0-9a-f]{16}");
        assertThat((String) lines.get(2).get("id")).matches("[0-9a-f]{16}");
        // What is not to be set stays as it came.
        assertThat(sent(proxy.origin())).isEqualTo("x".repeat(129));
      }
    }
  }

  private static String sent(RecordingOrigin origin) {
    return origin.lastRequest().fields().first("x-request-id");
  }
}
