package io.reseal.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reseal.config.AdminSettings;
import io.reseal.config.AdminSettings.Port;
import io.reseal.config.HostPattern;
import io.reseal.config.HostPort;
import io.reseal.config.Listener;
import io.reseal.config.PathMatch;
import io.reseal.config.ProxyConfig;
import io.reseal.config.Route;
import io.reseal.config.ServerIdentity;
import io.reseal.config.check.Findings;
import io.reseal.config.read.ConfigResult;
import io.reseal.server.admin.Reload.Outcome;
import io.reseal.server.kit.Scrape;
import io.reseal.server.kit.Watched;
import io.reseal.server.run.ConfigSource;
import io.reseal.server.run.ProxyProcess;
import io.reseal.server.run.Termination;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.ProxyFixture;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordingOrigin;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowingConsumer;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A whole server whose every name changes with each reload, under traffic: nothing of a configuration
 * stays behind, in what Prometheus reads, on the heap, or of open files.
 */
@Timeout(600)
final class ManyChangesTest {
  private static final int CHANGES = Boolean.getBoolean("reseal.long") ? 400 : 40;
  private static final int SETTLED = CHANGES / 4;

  /** So many that a configuration that is kept weighs something. */
  private static final int OTHER_ROUTES = 500;

  /** The third part of what the configurations after {@link #SETTLED} weigh together. */
  private static final long MOST_GROWTH_BYTES = (CHANGES - SETTLED) * (40L << 10);

  private static final int MOST_MORE_FILES = 8;
  private static final String GET = "GET / HTTP/1.1\r\nHost: %s\r\n\r\n";
  private static final Port ANY_PORT = new Port.At(new HostPort("127.0.0.1", 0));

  private final ServerIdentity stays = identity("stays", "stays.test");
  private RecordingOrigin origin = origin();

  @SuppressWarnings("NullAway.Init") // before each test
  private ProxyProcess proxy;

  private volatile ProxyConfig read = config(0);

  @BeforeEach
  void start() throws Exception {
    ConfigSource source = () -> new ConfigSource.Reading(
        new ConfigResult.Valid(read, List.of(), new Findings("").places()), Map.of());
    proxy = ProxyProcess.start(source, source.read(), new Termination(), /* watched= */ false);
  }

  @AfterEach
  void stop() {
    proxy.close();
    origin.close();
  }

  private static RecordingOrigin origin() {
    try {
      return RecordingOrigin.tls(ProxySetup.originIdentity()).start();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static ServerIdentity identity(String name, String host) {
    return new ServerIdentity(name, List.of(host), List.of(Certificates.FRONT.issue(host)));
  }

  private void change(ProxyConfig next) {
    read = next;
    assertThat(proxy.reload().outcome()).isEqualTo(Outcome.APPLIED);
  }

  private Scrape scrape() throws IOException {
    return Scrape.of(
        Watched.ask(proxy.admin().orElseThrow(), "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .bodyText());
  }

  private static void until(ThrowingRunnable assertion) {
    await()
        // An origin says so when its connection is idle for long, as here it may be.
        .dontCatchUncaughtExceptions()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .atMost(Duration.ofSeconds(15))
        .untilAsserted(assertion);
  }

  /** Its names end in a number; one upstream has the same name always, and another endpoint. */
  private ProxyConfig config(int number) {
    String end = end(number);
    HostPort closed = new HostPort("127.0.0.2", origin.port());
    ProxySetup setup = new ProxySetup()
        .identity(identity("front" + end, "a.test"))
        .identity(stays)
        .upstream("new" + end, origin)
        .upstream("stays", origin)
        .upstream("closed" + end, ProxySetup.verified(), closed, new HostPort("127.0.0.3", 1))
        .upstream("through" + end, origin)
        .admin(new AdminSettings(ANY_PORT, new Port.Off(), List.of()));
    route(setup, "new" + end, "a.test", "new" + end);
    route(setup, "stays" + end, "stays.test", "stays");
    route(setup, "closed" + end, "closed.test", "closed" + end);
    for (int i = 0; i < OTHER_ROUTES; i++) {
      route(setup, "other-" + i + end, "other" + i + ".test", "stays");
    }
    setup.route(new Route.Passthrough(
        "through" + end,
        List.of(ProxySetup.HTTPS + end),
        List.of(new HostPattern.Exact("p.test")),
        "through" + end));
    return withListeners(setup.config(), end);
  }

  private static String end(int number) {
    return "-change" + number;
  }

  private static void route(ProxySetup setup, String name, String host, String upstream) {
    setup.route(new Route.Reencrypt(
        name,
        List.of(),
        List.of(new HostPattern.Exact(host)),
        List.of(PathMatch.EVERYTHING),
        upstream));
  }

  private static ProxyConfig withListeners(ProxyConfig config, String end) {
    List<Listener> renamed = config.listeners().stream()
        .map(each -> new Listener(
            each.name() + end,
            each.addresses(),
            each.security(),
            each.trustedPeers(),
            each.maxConnections(),
            each.maxConnectionsPerSource()))
        .toList();
    return new ProxyConfig(
        renamed,
        config.identities(),
        config.routes(),
        config.upstreams(),
        config.limits(),
        config.timeouts(),
        config.requests(),
        config.runtime(),
        config.diagnostics(),
        config.admin(),
        config.accessLog(),
        config.tracing());
  }

  private InetSocketAddress listener(String name) {
    return Objects.requireNonNull(proxy.addresses().get(name)).getFirst();
  }

  /** The same happens with each configuration. */
  private void traffic(int number) throws IOException {
    InetSocketAddress https = listener(ProxySetup.HTTPS + end(number));
    RawClient.Hello http1 = ProxyFixture.hello("a.test").withApplicationProtocols("http/1.1");
    try (RawClient client = http1.connect(https)) {
      assertThat(client.exchange(GET.formatted("a.test")).status()).isEqualTo(200);
      assertThat(client.exchange(GET.formatted("a.test")).status()).isEqualTo(200);
    }
    try (H2RawClient client = H2RawClient.connect(ProxyFixture.hello("stays.test"), https)) {
      assertThat(client.get("stays.test", "/").complete().status()).isEqualTo(200);
    }
    try (RawClient client = RawClient.plain(listener(ProxySetup.HTTP + end(number)))) {
      assertThat(client.exchange(GET.formatted("closed.test")).status()).isEqualTo(502);
      assertThat(client.exchange(GET.formatted("nobody.test")).status()).isEqualTo(404);
    }
    RawClient.Hello through = RawClient.Hello.of(Certificates.DESTINATION.certificate(), "p.test");
    try (RawClient client = through.connect(https)) {
      assertThat(client.exchange(GET.formatted("p.test")).status()).isEqualTo(200);
    }
  }

  /** The series of a scrape, without values and without what sets one configuration apart. */
  private List<String> series(int number) throws IOException {
    return scrape().series().stream()
        .map(line -> line.substring(0, line.lastIndexOf(' ')))
        .filter(line -> line.startsWith("reseal_"))
        .map(line -> line.replace(end(number) + "\"", "\"")
            .replace(origin.endpoint() + "\"", "origin\"")
            .replaceAll("fingerprint=\"[0-9a-f]+\"", "fingerprint=\"some\""))
        .sorted()
        .toList();
  }

  @Test
  void leavesNothingOfAConfigurationBehind() throws Exception {
    traffic(0);
    until(() -> assertThat(series(0)).anyMatch(line -> line.startsWith("reseal_event_loop_lag")));
    until(() -> assertThat(series(0)).anyMatch(line -> line.startsWith("reseal_tunnels")));
    List<String> first = new ArrayList<>();
    long liveEarly = 0;
    long filesEarly = 0;
    for (int i = 1; i <= CHANGES; i++) {
      int number = i;
      RecordingOrigin before = origin;
      origin = origin();
      change(config(i));
      before.close();
      traffic(i);
      if (i == 1) {
        until(() -> assertThat(series(1)).anyMatch(line -> line.startsWith("reseal_tunnels_")));
        first.addAll(series(1));
      }
      until(() -> assertThat(series(number)).containsExactlyElementsOf(first));
      if (i == SETTLED) {
        filesEarly = openFiles();
        liveEarly = liveBytes();
      }
    }
    long mostFiles = filesEarly + MOST_MORE_FILES;
    until(() -> assertThat(openFiles()).isLessThanOrEqualTo(mostFiles));
    assertThat(liveBytes() - liveEarly).isLessThan(MOST_GROWTH_BYTES);
  }

  private static long openFiles() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }

  /** What is reachable in the heap; what only waits for a cleaner is gone by the second time. */
  private static long liveBytes() {
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** A listener and an upstream of one name are two things. */
  @Test
  void aListenerComesBackThoughAnUpstreamKeptItsName() throws Exception {
    ProxyConfig both = named("same", "same");
    ThrowingConsumer<Scrape> shown = scrape -> assertThat(scrape.series())
        .anyMatch(
            line -> line.startsWith("reseal_downstream_connections_open{listener=\"https-same"));
    change(both);
    shown.accept(scrape());
    change(named("other", "same"));
    assertThat(scrape().text()).doesNotContain("listener=\"https-same\"");
    change(both);
    shown.accept(scrape());
  }

  private ProxyConfig named(String listeners, String upstream) {
    ProxySetup setup = new ProxySetup()
        .identity(stays)
        .upstream(ProxySetup.HTTPS + "-" + upstream, origin)
        .admin(new AdminSettings(ANY_PORT, new Port.Off(), List.of()));
    route(setup, "some", "stays.test", ProxySetup.HTTPS + "-" + upstream);
    return withListeners(setup.config(), "-" + listeners);
  }
}
