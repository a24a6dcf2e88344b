package io.reseal.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reseal.config.HostPort;
import io.reseal.config.Limits;
import io.reseal.config.TlsVersions;
import io.reseal.config.TrustAnchors;
import io.reseal.config.UpstreamTls;
import io.reseal.server.kit.Scrape;
import io.reseal.server.kit.Shell;
import io.reseal.server.kit.Watched;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Prometheus reads after real traffic. */
final class MetricsTest {
  private static final String GET = "GET /%s HTTP/1.1\r\nHost: a.test\r\n\r\n";

  /** One request at a time on each HTTP/2 connection. */
  private static final UnaryOperator<Limits> HTTP2_STREAMS = standard -> new Limits(
      standard.clientHelloBytes(),
      standard.requestTargetBytes(),
      standard.requestHeadBytes(),
      standard.requestFields(),
      standard.requestBodyBytes(),
      standard.responseHeadBytes(),
      standard.responseFields(),
      1,
      standard.upstreamConnections(),
      standard.upstreamIdleConnections(),
      standard.upstreamConnecting(),
      standard.upstreamAttempts());

  @TempDir
  private Path folder = Path.of("");

  @Test
  void countsRequestsBytesAndDurations() throws IOException {
    try (Watched proxy = Watched.start(setup -> setup)) {
      try (RawClient client = proxy.client("a.test")) {
        client.exchange(GET.formatted("one"));
        client.exchange(GET.formatted("two"));
        client.exchange("POST /x HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\n\r\nhello");
      }
      try (H2RawClient client = proxy.h2Client("a.test")) {
        client.get("a.test", "/three");
      }
      try (RawClient client = proxy.plainClient()) {
        client.exchange("GET / HTTP/1.0\r\nHost: nobody.test\r\n\r\n");
      }
      Scrape scrape = proxy.scrape();
      String requests = "reseal_requests_total";
      assertThat(scrape.sum(
              requests,
              "listener=\"https\"",
              "route=\"route-0\"",
              "protocol=\"http/1.1\"",
              "status=\"2xx\""))
          .isEqualTo(3);
      assertThat(scrape.sum(requests, "protocol=\"h2\"", "status=\"2xx\"")).isEqualTo(1);
      assertThat(scrape.sum(requests, "protocol=\"http/1.0\"", "route=\"-\"", "status=\"4xx\""))
          .isEqualTo(1);
      assertThat(scrape.sum("reseal_request_duration_seconds_count", "route=\"route-0\""))
          .isEqualTo(4);
      assertThat(scrape.sum(
              "reseal_request_duration_seconds_bucket", "route=\"route-0\"", "le=\"+Inf\""))
          .isEqualTo(4);
      assertThat(scrape.sum("reseal_request_body_bytes_total")).isEqualTo(5);
      assertThat(scrape.sum("reseal_response_body_bytes_total", "route=\"route-0\""))
          .isPositive();
      assertThat(scrape.sum("reseal_failures_total", "error=\"no_route\"")).isEqualTo(1);
    }
  }

  @Test
  void countsConnectionsAndHandshakesOfBothSides() throws IOException {
    try (Watched proxy = Watched.start(setup -> setup)) {
      try (RawClient client = proxy.client("a.test")) {
        client.exchange(GET.formatted("one"));
        client.exchange(GET.formatted("two"));
        Scrape scrape = proxy.scrape();
        assertThat(scrape.sum("reseal_downstream_connections_open", "listener=\"https\""))
            .isEqualTo(1);
        assertThat(scrape.sum("reseal_upstream_connections_open", "upstream=\"origin\""))
            .isEqualTo(1);
        assertThat(scrape.sum("reseal_upstream_connections_idle", "upstream=\"origin\""))
            .isEqualTo(1);
        assertThat(scrape.sum("reseal_upstream_connections_used_total", "connection=\"new\""))
            .isEqualTo(1);
        assertThat(scrape.sum("reseal_upstream_connections_used_total", "connection=\"reused\""))
            .isEqualTo(1);
        for (String side : List.of("downstream", "upstream")) {
          assertThat(scrape.sum(
                  "reseal_" + side + "_tls_handshakes_total",
                  "version=\"TLSv1.3\"",
                  "resumed=\"false\""))
              .as(side)
              .isEqualTo(1);
          assertThat(scrape.sum("reseal_" + side + "_tls_handshake_duration_seconds_count"))
              .as(side)
              .isEqualTo(1);
        }
        assertThat(scrape.sum("reseal_upstream_connect_duration_seconds_count")).isEqualTo(1);
      }
      await().until(() -> proxy.scrape().sum("reseal_downstream_connections_open") == 0);
      assertThat(proxy.scrape().sum("reseal_downstream_connections_total")).isEqualTo(1);
    }
  }

  @Test
  void countsConnectFailuresRetriesAndVerdicts() throws IOException {
    HostPort closed = closedPort();
    try (Watched proxy = Watched.start(setup -> {
      HostPort origin = setup.config().upstreams().getFirst().endpoints().getFirst();
      return setup
          .identity("more", "wrong.test", "closed.test")
          .reencrypt("wrong.test", "wrong")
          .reencrypt("closed.test", "closed")
          .upstream("wrong", trustingTheFrontOnly(), origin)
          .upstream("closed", ProxySetup.verified(), closed, closed);
    })) {
      for (String host : List.of("wrong.test", "closed.test")) {
        try (RawClient client = proxy.client(host)) {
          client.exchange("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
        }
      }
      Scrape scrape = proxy.scrape();
      assertThat(scrape.sum(
              "reseal_upstream_tls_verdicts_total",
              "upstream=\"wrong\"",
              "reason=\"unknown_issuer\""))
          .isEqualTo(1);
      assertThat(scrape.sum(
              "reseal_upstream_connect_failures_total", "upstream=\"closed\"", "fault=\"refused\""))
          .isEqualTo(2);
      assertThat(scrape.sum(
              "reseal_upstream_retries_total", "upstream=\"closed\"", "reason=\"other_endpoint\""))
          .isEqualTo(1);
      assertThat(scrape.sum("reseal_failures_total", "error=\"unknown_issuer\""))
          .isEqualTo(1);
      assertThat(scrape.sum("reseal_failures_total", "error=\"refused\"")).isEqualTo(1);
    }
  }

  private static UpstreamTls trustingTheFrontOnly() {
    return new UpstreamTls(
        new TrustAnchors.DestinationCa(List.of(Certificates.FRONT.certificate()), "front.pem"),
        new UpstreamTls.ServerNameSent.EndpointName(),
        List.of(),
        false,
        TlsVersions.MODERN);
  }

  private static HostPort closedPort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return new HostPort("127.0.0.1", probe.getLocalPort());
    }
  }

  @Test
  void countsRefusedConnectionsAndLimits() throws IOException {
    try (Watched proxy = Watched.start(setup -> setup.maxConnections(1, 1))) {
      try (RawClient first = proxy.plainClient()) {
        first.exchange(GET.formatted("x"));
        try (RawClient second = proxy.plainClient()) {
          assertThat(second.readToEnd().text()).isEmpty();
        }
        Scrape scrape = proxy.scrape();
        assertThat(scrape.sum(
                "reseal_downstream_connections_refused_total",
                "listener=\"http\"",
                "reason=\"listener_full\""))
            .isEqualTo(1);
        assertThat(scrape.sum("reseal_limits_hit_total", "limit=\"maxConnections\""))
            .isEqualTo(1);
      }
    }
  }

  @Test
  void countsBytesOfTunnelsWhileTheyAreOpen() throws IOException {
    try (Watched proxy = Watched.start(setup -> setup)) {
      proxy.origin().on("/ws", (connection, head) -> {
        connection.respond(
            head,
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        connection.reader().rest().transferTo(connection.out());
        connection.close();
      });
      String bytes = "reseal_tunnel_bytes_total";
      try (RawClient client = proxy.client("a.test")) {
        client.exchange("GET /ws HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\n"
            + "Upgrade: websocket\r\n\r\n");
        client.send("first");
        client.readExactly(5);
        await().until(() -> proxy.scrape().sum(bytes, "from=\"client\"") == 5);
        client.send("second");
        client.readExactly(6);
      }
      await().until(() -> proxy.scrape().sum("reseal_tunnels_total") == 1);
      Scrape scrape = proxy.scrape();
      assertThat(scrape.sum(bytes, "from=\"client\"", "route=\"route-0\"")).isEqualTo(11);
      assertThat(scrape.sum(bytes, "from=\"upstream\"", "route=\"route-0\"")).isEqualTo(11);
      assertThat(scrape.sum("reseal_tunnels_total", "kind=\"upgrade\"", "route=\"route-0\""))
          .isEqualTo(1);
    }
  }

  @Test
  void countsWhatHttp2Refuses() throws IOException {
    String[] get = {":method: GET", ":scheme: https", ":authority: a.test", ":path: /hold"};
    try (Watched proxy = Watched.start(setup -> setup.limits(HTTP2_STREAMS))) {
      proxy.origin().on("/hold", (connection, head) -> connection.awaitEnd());
      String limits = "reseal_limits_hit_total";
      try (H2RawClient client = proxy.h2Client("a.test")) {
        client.request(/* endStream= */ true, get);
        int second = client.request(/* endStream= */ true, get);
        assertThat(client.read(second).isRefused()).isTrue();
        assertThat(proxy.scrape().sum(limits, "limit=\"limits.http2Streams\"")).isEqualTo(1);
      }
      try (H2RawClient client = proxy.h2Client("a.test")) {
        String[] large = {get[0], get[1], get[2], get[3], "x: " + "x".repeat(40_000)};
        client.read(client.request(/* endStream= */ true, large));
        assertThat(proxy.scrape().sum(limits, "limit=\"limits.requestHeadBytes\""))
            .isEqualTo(1);
      }
    }
  }

  @Test
  void tellsHowManyConnectionsThereMayBe() throws IOException {
    HostPort closed = closedPort();
    try (Watched proxy = Watched.start(setup ->
        setup.maxConnections(70, 7).upstream("two", ProxySetup.verified(), closed, closed))) {
      Scrape scrape = proxy.scrape();
      assertThat(scrape.sum("reseal_downstream_connections_limit", "listener=\"https\""))
          .isEqualTo(70);
      assertThat(scrape.sum("reseal_upstream_connections_limit", "upstream=\"origin\""))
          .isEqualTo(Limits.DEFAULT.upstreamConnections());
      assertThat(scrape.sum("reseal_upstream_connections_limit", "upstream=\"two\""))
          .isEqualTo(2 * Limits.DEFAULT.upstreamConnections());
    }
  }

  @Test
  void tellsWhenCertificatesEnd() throws IOException {
    try (Watched proxy = Watched.start(setup -> setup)) {
      proxy.get("/x");
      Scrape scrape = proxy.scrape();
      String name = "reseal_certificate_not_after_timestamp_seconds";
      assertThat(scrape.sum(name, "kind=\"destination_ca\"", "name=\"origin\""))
          .isEqualTo(Certificates.DESTINATION.certificate().getNotAfter().getTime() / 1_000.0);
      assertThat(scrape.sum(name, "kind=\"identity\"", "name=\"front\"")).isPositive();
      assertThat(scrape.sum(
              name,
              "kind=\"upstream\"",
              "name=\"origin\"",
              "endpoint=\"" + proxy.origin().endpoint() + "\""))
          .isEqualTo(ProxySetup.originIdentity().leaf().getNotAfter().getTime() / 1_000.0);
    }
  }

  @Test
  void tellsOfLoopsBuffersAndTheRuntime() throws IOException {
    try (Watched proxy = Watched.start(setup -> setup)) {
      proxy.get("/x");
      await().until(() -> proxy.scrape().sum("reseal_event_loop_lag_seconds_count") > 0);
      Scrape scrape = proxy.scrape();
      assertThat(scrape.sum("reseal_buffer_memory_bytes", "area=\"direct\"")).isPositive();
      assertThat(scrape.sum("jvm_memory_used_bytes")).isPositive();
      assertThat(scrape.sum("process_cpu_seconds_total")).isPositive();
      assertThat(scrape.sum("process_start_time_seconds")).isPositive();
      assertThat(scrape.sum("reseal_build_info")).isEqualTo(1);
      assertThat(scrape.sum("reseal_upstreams_unverified")).isZero();
      assertThat(scrape.sum("reseal_draining")).isZero();
    }
  }

  @Test
  void passesTheLinterOfPrometheus() throws Exception {
    Shell.require("promtool");
    try (Watched proxy = EveryFamily.start()) {
      Files.writeString(folder.resolve("metrics.txt"), EveryFamily.scrape(proxy).text());
    }
    Shell.Result linted = new Shell(folder).run("promtool check metrics < metrics.txt");
    assertThat(linted.output()).isEmpty();
    assertThat(linted.exitCode()).isZero();
  }

  @Test
  void everyFamilyIsDocumented() throws IOException {
    try (Watched proxy = EveryFamily.start()) {
      Set<String> families = EveryFamily.names(EveryFamily.scrape(proxy));
      assertThat(families).isEqualTo(EveryFamily.documented());
      assertThat(namesInTheCode())
          .hasSizeGreaterThan(30)
          .allSatisfy(name -> assertThat(families).anyMatch(family -> family.startsWith(name)));
    }
  }

  /** As they stand in the sources, with the underscores of Prometheus. */
  private static Set<String> namesInTheCode() throws IOException {
    Set<String> names = new TreeSet<>();
    Path sources = Path.of("src/main/java/io/reseal/server/metrics");
    try (Stream<Path> files = Files.list(sources)) {
      for (Path file : files.toList()) {
        Matcher name = Pattern.compile("\"(reseal\\.[a-z.]+)\"").matcher(Files.readString(file));
        while (name.find()) {
          names.add(name.group(1).replace('.', '_'));
        }
      }
    }
    return names;
  }

  @Test
  void growsByNothingThatPeersChoose() throws IOException {
    try (Watched proxy = Watched.start(setup -> setup)) {
      odd(proxy, 0, 100);
      // What comes by itself, a while after the start.
      await().until(() -> proxy.scrape().sum("reseal_event_loop_lag_seconds_count") > 0);
      List<String> before = names(proxy.scrape());
      odd(proxy, 100, 3_000);
      Scrape after = proxy.scrape();
      assertThat(names(after)).isEqualTo(before);
      assertThat(after.text()).doesNotContain("odd");
      assertThat(after.sum("reseal_requests_total")).isGreaterThanOrEqualTo(3_000);
    }
  }

  /** Requests and connections of which each has a host, path, method or server name of its own. */
  private static void odd(Watched proxy, int from, int to) throws IOException {
    try (RawClient plain = proxy.plainClient();
        RawClient tls = proxy.client("a.test")) {
      for (int i = from; i < to; i++) {
        plain.exchange("GET /odd%d?odd=%d HTTP/1.1\r\nHost: odd%d.test\r\nodd%d: x\r\n\r\n"
            .formatted(i, i, i, i));
        tls.exchange("ODD%d /odd%d HTTP/1.1\r\nHost: a.test\r\n\r\n".formatted(i, i));
      }
    }
    for (int i = from; i < Math.min(to, from + 50); i++) {
      try (RawClient refused = proxy.client("odd" + i + ".test")) {
        throw new AssertionError("a server name that nobody has was served");
      } catch (IOException alert) {
        // As it should be.
      }
      try (RawClient broken = proxy.plainClient()) {
        broken.exchange("ODD \u0001odd" + i + " HTTP/1.1\r\n\r\n");
      }
    }
  }

  /** The series without their values, and without those that come and go by themselves. */
  private static List<String> names(Scrape scrape) {
    return scrape.series().stream()
        .map(line -> line.substring(0, line.lastIndexOf(' ')))
        .filter(line -> line.startsWith("reseal_"))
        .toList();
  }
}
