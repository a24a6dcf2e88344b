package io.reseal.server.admin;

import io.reseal.config.AdminSettings;
import io.reseal.config.AdminSettings.Port;
import io.reseal.config.HostPattern;
import io.reseal.config.HostPort;
import io.reseal.config.Location;
import io.reseal.config.PathMatch;
import io.reseal.config.Problem;
import io.reseal.config.ProxyConfig;
import io.reseal.config.RedirectTarget;
import io.reseal.config.Route;
import io.reseal.config.ServerIdentity;
import io.reseal.core.StartException;
import io.reseal.core.UpstreamStatus;
import io.reseal.core.UpstreamStatus.EndpointStatus;
import io.reseal.core.failure.Failure;
import io.reseal.core.failure.Refusal;
import io.reseal.core.failure.TlsVerdict;
import io.reseal.core.listener.InheritedSockets;
import io.reseal.core.observe.ClientFacts;
import io.reseal.core.observe.ExchangeRecord;
import io.reseal.core.observe.TlsLeg;
import io.reseal.core.observe.TunnelRecord;
import io.reseal.core.observe.UpstreamFacts;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.TestPki;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A status page on a port, whose books a test writes itself. What real traffic writes into them is
 * tested elsewhere; here it would take minutes and days to get to see everything.
 */
final class StatusScene implements AutoCloseable {
  private static final ClientFacts CLIENT =
      new ClientFacts("https", "192.0.2.1", 40_000, TlsLeg.NONE);

  static final String HOSTILE = "<img src=x onerror=alert(1)>&amp;\"'`${x}";

  private static final Instant A_YEAR_AGO = Instant.now().minus(Duration.ofDays(365));
  private static final Port ANY_PORT = new Port.At(new HostPort("127.0.0.1", 0));
  private static final long MILLI = 1_000_000;

  private final Health health = new Health();
  private final ProxyConfig config;
  private final AtomicReference<List<UpstreamStatus>> upstreams = new AtomicReference<>(List.of());
  private final UpstreamBook sightings;
  private final FailureBook failures = new FailureBook();
  private final TrafficBook traffic;
  private final TrafficHistory history;
  private final ReloadBook reloads = new ReloadBook();
  private final AdminServer server;
  private final Random random = new Random(7);
  private int clients;

  private StatusScene(ProxyConfig config) {
    this.config = config;
    sightings = new UpstreamBook(config);
    traffic = new TrafficBook(config);
    history = new TrafficHistory(
        traffic, System.nanoTime() - TrafficHistory.STEPS * TrafficHistory.STEP.toNanos());
    AdminPages pages = AdminPages.health(health);
    new StatusPage(new StatusSources(
            health,
            () -> config,
            () -> Map.of("https", clients, "http", clients / 10),
            new UpstreamsPage(() -> Objects.requireNonNull(upstreams.get()), sightings),
            sightings,
            failures,
            history,
            reloads,
            "1.0.0",
            Instant.now().minus(Duration.ofDays(3))))
        .addTo(pages);
    server = serve(new AdminSettings(ANY_PORT, new Port.Off(), List.of()), pages, pages);
  }

  /** Ports that serve these pages. */
  static AdminServer serve(AdminSettings settings, AdminPages admin, AdminPages status) {
    AdminServer server = new AdminServer();
    try {
      server.prepare(settings, admin, status, InheritedSockets.none()).take();
    } catch (StartException refused) {
      throw new AssertionError(refused);
    }
    return server;
  }

  // ---- scenes

  /** A process that has just started, with one redirect. */
  static StatusScene empty() {
    StatusScene scene = new StatusScene(new ProxySetup()
        .redirect("*", PathMatch.EVERYTHING, RedirectTarget.HTTPS)
        .config());
    scene.health.serving();
    return scene;
  }

  /** A shop with traffic and nothing wrong. */
  static StatusScene healthy() {
    StatusScene scene = shop(Duration.ofDays(240));
    scene.health.serving();
    scene.fiveMinutes(0);
    return scene;
  }

  /** The same shop with everything wrong at once. */
  static StatusScene failing() {
    StatusScene scene = shop(Duration.ofDays(5));
    scene.health.serving();
    scene.fiveMinutes(12);
    scene.goWrong();
    return scene;
  }

  /** Two hundred hosts, each with an identity, a route and an upstream. */
  static StatusScene many() {
    ProxySetup setup = new ProxySetup();
    TestPki.Issued shared = TestPki.server("*.many.test")
        .validFrom(A_YEAR_AGO)
        .validUntil(Instant.now().plus(Duration.ofDays(80)))
        .issuer(Certificates.FRONT.authority())
        .issue();
    for (int i = 0; i < 200; i++) {
      String name = "host%03d".formatted(i);
      setup
          .identity(
              i % 2 == 0
                  ? new ServerIdentity(
                      name, List.of(name + ".many.test"), List.of(shared.material()))
                  : new ServerIdentity(
                      name,
                      List.of(name + ".many.test"),
                      List.of(TestPki.server(name + ".many.test")
                          .validFrom(A_YEAR_AGO)
                          .validUntil(Instant.now().plus(Duration.ofDays(20 + i)))
                          .issuer(Certificates.FRONT.authority())
                          .issue()
                          .material())))
          .route(route(name, name + ".many.test", "/", name))
          .upstream(name, ProxySetup.verified(), new HostPort("10.0.%d.7".formatted(i), 8443));
    }
    StatusScene scene = new StatusScene(setup.config());
    scene.health.serving();
    scene.seeUpstreams(2);
    scene.fiveMinutes(0);
    return scene;
  }

  private static Route route(String name, String host, String path, String upstream) {
    return new Route.Reencrypt(
        name,
        List.of(),
        List.of(new HostPattern.Exact(host)),
        List.of(new PathMatch.Prefix(path)),
        upstream);
  }

  private static StatusScene shop(Duration life) {
    Instant now = Instant.now();
    ProxySetup setup = new ProxySetup()
        .identity(new ServerIdentity(
            "shop",
            List.of("shop.example", "www.shop.example"),
            List.of(TestPki.server("shop.example", "www.shop.example", "static.shop.example")
                .validFrom(A_YEAR_AGO)
                .validUntil(now.plus(life))
                .issuer(Certificates.FRONT.authority())
                .issue()
                .material())))
        .identity(new ServerIdentity(
            "api",
            List.of("api.shop.example"),
            List.of(TestPki.server("api.shop.example")
                .validFrom(A_YEAR_AGO)
                .validUntil(now.plus(life.multipliedBy(4)))
                .issuer(Certificates.FRONT.authority())
                .issue()
                .material())))
        .route(route("shop", "shop.example", "/", "catalog"))
        .route(route("cart", "shop.example", "/cart", "cart"))
        .route(route("api", "api.shop.example", "/", "api"))
        .passthrough("bank.example", "bank")
        .redirect("*", PathMatch.EVERYTHING, RedirectTarget.HTTPS)
        .upstream(
            "catalog",
            ProxySetup.verified(),
            new HostPort("catalog-1.internal", 8443),
            new HostPort("catalog-2.internal", 8443))
        .upstream("cart", ProxySetup.verified(), new HostPort("10.1.4.20", 8443))
        .upstream("api", ProxySetup.verified(), new HostPort("api.internal", 8443))
        .upstream("bank", ProxySetup.verified(), new HostPort("bank.internal", 443));
    StatusScene scene = new StatusScene(setup.config());
    scene.clients = 412;
    scene.seeUpstreams(6);
    scene.seeCertificate("catalog", "catalog-1.internal:8443", now.plus(life.dividedBy(2)));
    scene.seeCertificate("api", "api.internal:8443", now.plus(life.multipliedBy(3)));
    return scene;
  }

  private void seeUpstreams(int open) {
    upstreams.set(config.upstreams().stream()
        .map(each -> new UpstreamStatus(
            each.name(),
            each.name().equals("bank") ? "raw" : "tls",
            !each.name().equals("bank"),
            each.endpoints().stream()
                .map(at -> new EndpointStatus(at.toString(), open, open / 2))
                .toList()))
        .toList());
    config
        .upstreams()
        .forEach(each -> each.endpoints()
            .forEach(at -> sightings.upstreamConnected(each.name(), at.toString(), MILLI)));
  }

  private void seeCertificate(String upstream, String endpoint, Instant end) {
    sightings.upstreamCertificate(
        upstream,
        endpoint,
        TestPki.server(endpoint.split(":")[0])
            .validFrom(A_YEAR_AGO)
            .validUntil(end)
            .issuer(Certificates.DESTINATION.authority())
            .issue()
            .certificate());
  }

  private void fiveMinutes(int failingPercent) {
    long start = System.nanoTime() - TrafficHistory.STEPS * TrafficHistory.STEP.toNanos();
    List<String> routes = config.routes().stream()
        .filter(each -> each instanceof Route.Http)
        .map(Route::name)
        .toList();
    for (int step = 1; step <= TrafficHistory.STEPS; step++) {
      int requests = (int) (400 + 150 * Math.sin(step / 7.0) + random.nextInt(120));
      int bad = step > 40 ? failingPercent : 0;
      for (int i = 0; i < requests; i++) {
        boolean fails = random.nextInt(100) < bad;
        int route = Math.min(routes.size() - 1, (int) Math.abs(random.nextGaussian() * 1.5));
        request(
            routes.get(fails ? Math.min(1, routes.size() - 1) : route),
            fails ? 502 : random.nextInt(60) == 0 ? 404 : 200,
            (long) (MILLI * (2 + Math.exp(random.nextGaussian()) * (fails ? 30 : 4))),
            4_000 + random.nextInt(20_000));
      }
      if (step % 6 == 0 && config.routes().size() < 10) {
        traffic.tunnelEnded(new TunnelRecord(
            CLIENT,
            "",
            "bank.example",
            TunnelRecord.PASSTHROUGH,
            "route-3",
            "bank",
            UpstreamFacts.NONE,
            4_000,
            90_000,
            "fin",
            null,
            0,
            0,
            0));
      }
      history.step(start + step * TrafficHistory.STEP.toNanos());
    }
  }

  private void goWrong() {
    upstreams.set(List.of(
        status("catalog", true, "catalog-1.internal:8443", "catalog-2.internal:8443"),
        status("cart", true, "10.1.4.20:8443"),
        status("api", false, "api.internal:8443"),
        new UpstreamStatus(
            "bank", "raw", false, List.of(new EndpointStatus("bank.internal:443", 3, 0)))));
    fail(
        "cart",
        "shop.example/cart/checkout",
        214,
        new Failure.TlsFailed(
            new TlsVerdict(
                TlsVerdict.Reason.UNKNOWN_ISSUER,
                "the certificate is issued by O=Somebody else,CN=Some other CA, which is not a configured"
                    + " CA (configured: CN=Destination CA)",
                "Put the certificate of that issuer into the upstream's destinationCA, or have the"
                    + " upstream's certificate signed by the configured CA.",
                List.of(
                    new TlsVerdict.Fact("subject", "CN=cart.internal"),
                    new TlsVerdict.Fact("issuer", "O=Somebody else,CN=Some other CA"),
                    new TlsVerdict.Fact("configured", "CN=Destination CA"))),
            "cart",
            "10.1.4.20:8443"));
    fail(
        "shop",
        "shop.example/" + HOSTILE,
        3,
        new Failure.ConnectFailed(
            Failure.ConnectFault.REFUSED,
            "catalog",
            "catalog-2.internal:8443",
            "10.1.4.12: refused (connect timeout 5000 ms, open=1, limit=4096)"));
    fail("", "nobody.example/", 1, new Failure.NoRoute("nobody.example", "/" + HOSTILE));
    failures.connectionRefused(
        "https",
        "203.0.113.9:51532",
        new Refusal(
            "unknown_server_name",
            "server name \"" + HOSTILE + "\"",
            "Add an identity with that name."));
    reloads.note(new Reload(
        Instant.now().minus(Duration.ofMinutes(4)),
        Reload.Outcome.REFUSED,
        17,
        List.of(new Problem(
            new Location("reseal.yaml", 31, 7, "upstreams.cart.tls.destinationCA"),
            "the file cannot be read",
            HOSTILE,
            "a PEM file with at least one certificate",
            "Mount it, or fix the path"))));
  }

  private static UpstreamStatus status(String name, boolean verified, String... endpoints) {
    List<EndpointStatus> list = new ArrayList<>();
    for (String endpoint : endpoints) {
      list.add(new EndpointStatus(endpoint, 4, 1));
    }
    return new UpstreamStatus(name, "tls", verified, list);
  }

  // ---- what a test does while somebody looks

  void request(String route, int status, long nanos, long bytes) {
    traffic.exchangeEnded(exchange(route, status, nanos, bytes));
  }

  static ExchangeRecord exchange(String route, int status, long nanos, long bytes) {
    return new ExchangeRecord(
        CLIENT,
        "",
        null,
        "h2",
        "GET",
        "shop.example",
        "/",
        "",
        "",
        route,
        "",
        UpstreamFacts.NONE,
        false,
        false,
        status,
        0,
        bytes,
        true,
        null,
        0,
        0,
        0,
        nanos);
  }

  void fail(String route, String request, int times, Failure failure) {
    for (int i = 0; i < times; i++) {
      failures.failed(failure, "0f47651114cebc1d", route, request);
    }
    switch (failure) {
      case Failure.TlsFailed tls ->
        sightings.upstreamConnectFailed(tls.upstream(), tls.endpoint(), tls);
      case Failure.ConnectFailed connect ->
        sightings.upstreamConnectFailed(connect.upstream(), connect.endpoint(), connect);
      default -> {
        // No endpoint has a part in it.
      }
    }
  }

  ReloadBook reloads() {
    return reloads;
  }

  Health health() {
    return health;
  }

  InetSocketAddress address() {
    return server.admin().orElseThrow();
  }

  String url() {
    return "http://localhost:" + address().getPort() + "/";
  }

  @Override
  public void close() {
    history.close();
    server.close();
  }
}
