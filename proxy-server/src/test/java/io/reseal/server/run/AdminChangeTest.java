package io.reseal.server.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reseal.server.admin.Reload;
import io.reseal.server.admin.Reload.Outcome;
import io.reseal.server.kit.Scrape;
import io.reseal.server.kit.Watched;
import io.reseal.testkit.RawClient;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The admin and the status port go where the configuration says, while both serve. */
final class AdminChangeTest {
  private static final String ANY = "127.0.0.1:0";
  private static final String ELSEWHERE = "127.0.0.2:0";

  @TempDir
  private Path folder = Path.of("");

  @SuppressWarnings("NullAway.Init") // before each test
  private Site site;

  @SuppressWarnings("NullAway.Init") // before each test
  private ProxyProcess proxy;

  @BeforeEach
  void start() throws Exception {
    site = new Site(folder);
    proxy = start(ANY, ANY);
  }

  @AfterEach
  void stop() {
    proxy.close();
    site.close();
  }

  private ProxyProcess start(String admin, String status) throws Exception {
    write(admin, status, "");
    ConfigSource source = ConfigSource.file(site.yaml());
    return ProxyProcess.start(source, source.read(), new Termination(), /* watched= */ false);
  }

  private void write(String admin, String status, String more) throws IOException {
    Path yaml = site.write("");
    String[] text = Files.readString(yaml).split("(?m)^admin:.*$", 2);
    Files.writeString(
        yaml,
        text[0]
            + "admin: { address: \"%s\", statusAddress: \"%s\"%s }".formatted(admin, status, more)
            + text[1]);
  }

  private Reload change(String admin, String status, String more) throws IOException {
    write(admin, status, more);
    return proxy.reload();
  }

  private static int ask(InetSocketAddress port, String path, String host) throws IOException {
    return Watched.ask(port, "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
        .status();
  }

  private Scrape scrape() throws IOException {
    return Scrape.of(
        Watched.ask(proxy.admin().orElseThrow(), "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .bodyText());
  }

  /** An exchange is counted when all of it is over, which its client need not wait for. */
  private void awaitCounted(int requests) {
    await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .atMost(Duration.ofSeconds(20))
        .until(() -> scrape().sum("reseal_requests_total") == requests);
  }

  private void exchange() throws IOException {
    InetSocketAddress web = Objects.requireNonNull(proxy.addresses().get("web")).getFirst();
    try (RawClient client = Site.client(web)) {
      assertThat(client.exchange("GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n").status())
          .isEqualTo(200);
    }
  }

  private static void assertNobodyListensOn(InetSocketAddress address) {
    assertThatThrownBy(() -> RawClient.plain(address)).isInstanceOf(ConnectException.class);
  }

  private static String text(InetSocketAddress address) {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }

  @Test
  void movesAndCountsOn() throws Exception {
    InetSocketAddress admin = proxy.admin().orElseThrow();
    InetSocketAddress status = proxy.status().orElseThrow();
    exchange();
    Reload moved = change(ELSEWHERE, ANY, "");
    assertThat(moved.outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(moved.problems().toString()).doesNotContain("admin");
    assertNobodyListensOn(admin);
    assertThat(proxy.admin().orElseThrow().getAddress().getHostAddress()).isEqualTo("127.0.0.2");
    assertThat(proxy.status()).contains(status);
    assertThat(ask(status, "/healthz/ready", "any.example")).isEqualTo(200);
    exchange();
    awaitCounted(2);
  }

  @Test
  void theTwoPortsChangePlaces() throws Exception {
    InetSocketAddress admin = proxy.admin().orElseThrow();
    InetSocketAddress status = proxy.status().orElseThrow();
    assertThat(change(text(status), text(admin), "").outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(proxy.admin()).contains(status);
    assertThat(proxy.status()).contains(admin);
    assertThat(ask(status, "/metrics", "localhost")).isEqualTo(200);
    assertThat(ask(admin, "/metrics", "localhost")).isEqualTo(404);
  }

  @Test
  void theTwoPortsAreNeverOne() throws Exception {
    InetSocketAddress status = proxy.status().orElseThrow();
    Reload refused = change(text(status), ANY, "");
    assertThat(refused.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(refused.problems().toString()).contains("admin.address").contains(text(status));
  }

  /** Both could share it (SO_REUSEPORT), and half of the clients would find the admin port. */
  @Test
  void joinsNoListenerOnAnotherAddress() throws Exception {
    int port = proxy.admin().orElseThrow().getPort();
    write(ANY, ANY, "");
    Files.writeString(
        site.yaml(),
        Files.readString(site.yaml())
            .replace(
                "address: 127.0.0.1:0\n",
                "address: [\"127.0.0.1:0\", \"127.0.0.2:" + port + "\"]\n"));
    assertThat(proxy.reload().outcome()).isEqualTo(Outcome.APPLIED);
    String listening = Files.readString(site.yaml());
    Files.writeString(
        site.yaml(),
        listening.replace("admin: { address: \"" + ANY, "admin: { address: \"127.0.0.2:" + port));
    Reload refused = proxy.reload();
    assertThat(refused.outcome()).isEqualTo(Outcome.REFUSED);
    assertThat(refused.problems().toString())
        .contains("admin.address")
        .contains("127.0.0.2:" + port);
  }

  @Test
  void changesNothingWhereAPortIsTaken() throws Exception {
    InetSocketAddress admin = proxy.admin().orElseThrow();
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      Reload refused = change(ELSEWHERE, "127.0.0.1:" + other.getLocalPort(), "");
      assertThat(refused.outcome()).isEqualTo(Outcome.REFUSED);
      assertThat(refused.problems().toString())
          .contains("admin.statusAddress")
          .contains("127.0.0.1:" + other.getLocalPort());
    }
    assertThat(proxy.admin()).contains(admin);
    exchange();
    assertThat(scrape().sum("reseal_config_last_reload_successful")).isZero();
  }

  @Test
  void givesThePortsBackWhereAListenerIsRefused() throws Exception {
    InetSocketAddress admin = proxy.admin().orElseThrow();
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      write("off", "off", "");
      Files.writeString(
          site.yaml(),
          Files.readString(site.yaml())
              .replace(
                  "address: 127.0.0.1:0\n", "address: 127.0.0.1:" + other.getLocalPort() + "\n"));
      assertThat(proxy.reload().outcome()).isEqualTo(Outcome.REFUSED);
    }
    assertThat(proxy.admin()).contains(admin);
    exchange();
    awaitCounted(1);
  }

  @Test
  void countsNothingWhileItIsOffAndKnowsCertificatesAfterwards() throws Exception {
    exchange();
    InetSocketAddress admin = proxy.admin().orElseThrow();
    assertThat(change("off", "off", "").outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(proxy.admin()).isEmpty();
    assertThat(proxy.status()).isEmpty();
    assertNobodyListensOn(admin);
    exchange();

    assertThat(change(ANY, "off", "").outcome()).isEqualTo(Outcome.APPLIED);
    exchange();
    awaitCounted(1);
    Scrape scrape = scrape();
    assertThat(scrape.sum("reseal_config_revision")).isEqualTo(3);
    assertThat(scrape.text()).contains("reseal_upstream_connections_idle");
    // It has been shown before, and the pool's connection makes no other handshake.
    assertThat(scrape.sum("reseal_certificate_not_after_timestamp_seconds", "kind=\"upstream\""))
        .isPositive();
    assertThat(ask(proxy.admin().orElseThrow(), "/", "localhost")).isEqualTo(200);
  }

  @Test
  void forgetsTheCertificatesOfWhatGoesWithTheSameChange() throws Exception {
    exchange();
    assertThat(change("off", "off", "").outcome()).isEqualTo(Outcome.APPLIED);
    write(ANY, "off", "");
    Files.writeString(
        site.yaml(),
        Files.readString(site.yaml())
            .replace("  origin:", "  renamed:")
            .replace("reencrypt: origin", "reencrypt: renamed"));
    assertThat(proxy.reload().outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(scrape().text()).contains("kind=\"identity\"").doesNotContain("kind=\"upstream\"");
  }

  @Test
  void takesUpHosts() throws Exception {
    InetSocketAddress admin = proxy.admin().orElseThrow();
    assertThat(ask(admin, "/metrics", "ops.example")).isEqualTo(421);
    assertThat(change(ANY, ANY, ", hosts: [ops.example]").outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(proxy.admin()).contains(admin);
    assertThat(ask(admin, "/metrics", "ops.example")).isEqualTo(200);
    assertThat(change(ANY, ANY, "").outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(ask(admin, "/metrics", "ops.example")).isEqualTo(421);
  }

  @Test
  void whatIsUnderWatchStaysSoAndCanBeEnded() throws Exception {
    InetSocketAddress admin = proxy.admin().orElseThrow();
    assertThat(post(admin, "/debug?host=a.test")).contains("a.test");
    assertThat(change(ELSEWHERE, ANY, "").outcome()).isEqualTo(Outcome.APPLIED);
    assertThat(post(proxy.admin().orElseThrow(), "/debug/end")).contains("ended");
  }

  private static String post(InetSocketAddress port, String target) throws IOException {
    return Watched.ask(port, "POST " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .bodyText();
  }

  @Test
  void whoHasNotAskedYetIsNotServedOnAClosedPort() throws Exception {
    InetSocketAddress admin = proxy.admin().orElseThrow();
    try (RawClient early = RawClient.plain(admin)) {
      // Accepted, before the port closes: a later connection has been answered.
      assertThat(ask(admin, "/healthz/live", "localhost")).isEqualTo(200);
      assertThat(change("off", ANY, "").outcome()).isEqualTo(Outcome.APPLIED);
      early.sendDespiteClose("GET /config HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(early.readToEnd().text()).isEmpty();
    }
  }

  @Test
  void answersTheReloadThatClosesThePort() throws Exception {
    InetSocketAddress admin = proxy.admin().orElseThrow();
    write("off", ANY, "");
    assertThat(Watched.ask(admin, "POST /reload HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .bodyText())
        .contains("applied");
    assertNobodyListensOn(admin);
  }
}
