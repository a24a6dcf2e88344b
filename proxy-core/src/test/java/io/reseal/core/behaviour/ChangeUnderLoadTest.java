package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.reseal.config.HostPort;
import io.reseal.config.PathMatch;
import io.reseal.config.ProxyConfig;
import io.reseal.config.ServerIdentity;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.JdkTls;
import io.reseal.testkit.ProxyFixture;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.Reply;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Nothing is lost and nothing goes astray while the configuration changes under traffic. The short
 * form runs always; {@code mvn verify -Plong} runs the long one.
 */
@Timeout(600)
final class ChangeUnderLoadTest {
  private static final boolean LONG = Boolean.getBoolean("reseal.long");
  private static final int RELOADS = LONG ? 1_000 : 40;
  private static final int SWAPS = LONG ? 600 : 30;
  private static final int HOSTS = LONG ? 200 : 40;

  /** Between two changes of the long form at least; the short one waits for traffic alone. */
  private static final long CHANGE_NANOS = LONG ? TimeUnit.MILLISECONDS.toNanos(100) : 0;

  /** So many that a configuration that is kept weighs something. */
  private static final int OTHER_ROUTES = 200;

  /** The thirtieth part of what the configurations of the long form weigh together. */
  private static final long MOST_GROWTH_BYTES = 4 << 20;

  private final AtomicLong served = new AtomicLong();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final long startNanos = System.nanoTime();
  private final List<HttpsServer> origins = new ArrayList<>();
  private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
  private volatile boolean over;

  static {
    // Without it the JDK's server waits for the client's acknowledgement between head and body.
    System.setProperty("sun.net.httpserver.nodelay", "true");
  }

  private HostPort one = new HostPort("127.0.0.1", 0);
  private HostPort two = new HostPort("127.0.0.1", 0);

  @BeforeEach
  void start() throws IOException {
    one = origin("one");
    two = origin("two");
  }

  @AfterEach
  void stop() {
    over = true;
    clients.close();
    origins.forEach(origin -> origin.stop(0));
  }

  private HostPort origin(String name) throws IOException {
    HttpsServer server = HttpsServer.create(new InetSocketAddress("127.0.0.1", 0), 512);
    server.setHttpsConfigurator(
        new HttpsConfigurator(JdkTls.serverContext(ProxySetup.originIdentity())));
    server.setExecutor(clients);
    byte[] body = name.getBytes(StandardCharsets.UTF_8);
    server.createContext("/", exchange -> {
      try (exchange) {
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
      }
    });
    server.start();
    origins.add(server);
    return new HostPort("127.0.0.1", server.getAddress().getPort());
  }

  /** Two routes that never change, and one that every reload turns round. */
  private ProxyConfig config(ServerIdentity identity, boolean turned) {
    ProxySetup setup = new ProxySetup()
        .identity(identity)
        .upstream("one", ProxySetup.verified(), one)
        .upstream("two", ProxySetup.verified(), two);
    for (int i = 0; i < OTHER_ROUTES; i++) {
      setup.reencrypt("other" + i + ".test", "one");
    }
    return setup
        .reencrypt("a.test", new PathMatch.Exact("/one"), "one")
        .reencrypt("a.test", new PathMatch.Exact("/two"), "two")
        .reencrypt("a.test", new PathMatch.Exact("/turns"), turned ? "two" : "one")
        .config();
  }

  private static ServerIdentity identity(String host) {
    return new ServerIdentity("front", List.of(host), List.of(Certificates.FRONT.issue(host)));
  }

  private Future<?> client(Once once) {
    return clients.submit(() -> {
      while (!over) {
        try {
          once.run();
          served.incrementAndGet();
        } catch (Exception | AssertionError failed) {
          failures.add(String.valueOf(failed));
        }
      }
    });
  }

  private static void require(Reply reply, String... expected) {
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.bodyText()).isIn((Object[]) expected);
  }

  private static final String[] PATHS = {"one", "two", "turns"};

  private static String[] expected(String path) {
    return path.equals("turns") ? new String[] {"one", "two"} : new String[] {path};
  }

  private static String anyPath() {
    return PATHS[ThreadLocalRandom.current().nextInt(PATHS.length)];
  }

  private static String get(String path) {
    return "GET /" + path + " HTTP/1.1\r\nHost: a.test\r\n\r\n";
  }

  /** Waits until so much more was served since a change, and until it is time for the next. */
  private void awaitServed(int more, long changedNanos) {
    long soFar = served.get();
    Await.until(
        () -> served.get() >= soFar + more && System.nanoTime() - changedNanos >= CHANGE_NANOS
            || !failures.isEmpty());
  }

  /** For the file that the test's output goes to. */
  private void report() {
    double seconds = (System.nanoTime() - startNanos) / (double) TimeUnit.SECONDS.toNanos(1);
    System.out.printf(
        "%d served in %.0f s, %.0f/s%n", served.get(), seconds, served.get() / seconds);
  }

  @Test
  void losesAndMisroutesNothingOverManyReloads() throws Exception {
    ServerIdentity identity = identity("a.test");
    ServerIdentity renewed = identity("a.test");
    try (ProxyFixture proxy = ProxyFixture.start(config(identity, /* turned= */ false))) {
      List<Future<?>> running = new ArrayList<>();
      List<AutoCloseable> open = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        RawClient kept = proxy.client("a.test");
        open.add(kept);
        running.add(client(() -> {
          String path = anyPath();
          require(kept.exchange(get(path)), expected(path));
        }));
      }
      for (int i = 0; i < 2; i++) {
        var multiplexed = proxy.h2Client("a.test");
        open.add(multiplexed);
        running.add(client(() -> {
          String path = anyPath();
          require(multiplexed.get("a.test", "/" + path).complete(), expected(path));
        }));
      }
      running.add(client(() -> {
        String path = anyPath();
        try (RawClient fresh = proxy.client("a.test")) {
          require(fresh.exchange(get(path)), expected(path));
        }
      }));

      long liveEarly = 0;
      for (int i = 1; i <= RELOADS; i++) {
        if (i == RELOADS / 4) {
          liveEarly = liveBytes();
        }
        long changedNanos = System.nanoTime();
        proxy.publish(config(i % 2 == 0 ? identity : renewed, i % 2 != 0));
        awaitServed(10, changedNanos);
      }
      assertThat(liveBytes() - liveEarly).isLessThan(MOST_GROWTH_BYTES);
      over = true;
      for (Future<?> each : running) {
        each.get();
      }
      for (AutoCloseable each : open) {
        each.close();
      }
      assertThat(failures).isEmpty();
      assertThat(served.get()).isGreaterThan(10L * RELOADS - 1);
      report();
    }
  }

  /** What is reachable in the heap; what only waits for a cleaner is gone by the second time. */
  static long liveBytes() {
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  @Test
  void failsNoHandshakeWhileCertificatesAreSwapped() throws Exception {
    List<List<ServerIdentity>> sets = List.of(identities(), identities());
    AtomicInteger published = new AtomicInteger();
    try (ProxyFixture proxy = ProxyFixture.start(hosts(sets.get(0)))) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        running.add(client(() -> {
          int host = ThreadLocalRandom.current().nextInt(HOSTS);
          int before = published.get();
          try (RawClient fresh = proxy.client("h" + host + ".test")) {
            X509Certificate shown = fresh.certificate();
            X509Certificate current = leaf(sets.get(before % 2).get(host));
            X509Certificate other = leaf(sets.get((before + 1) % 2).get(host));
            assertThat(shown).isIn(current, other);
            if (published.get() == before && !publishing) {
              assertThat(shown).isEqualTo(current);
            }
          }
        }));
      }
      for (int i = 1; i <= SWAPS; i++) {
        long changedNanos = System.nanoTime();
        publishing = true;
        proxy.publish(hosts(sets.get(i % 2)));
        published.set(i);
        publishing = false;
        awaitServed(3, changedNanos);
      }
      over = true;
      for (Future<?> each : running) {
        each.get();
      }
      assertThat(failures).isEmpty();
      report();
    }
  }

  private volatile boolean publishing;

  private static X509Certificate leaf(ServerIdentity identity) {
    return identity.keyPairs().getFirst().leaf();
  }

  private static List<ServerIdentity> identities() {
    List<ServerIdentity> identities = new ArrayList<>();
    for (int i = 0; i < HOSTS; i++) {
      String host = "h" + i + ".test";
      identities.add(
          new ServerIdentity("i" + i, List.of(host), List.of(Certificates.FRONT.issue(host))));
    }
    return identities;
  }

  private ProxyConfig hosts(List<ServerIdentity> identities) {
    ProxySetup setup = new ProxySetup().upstream("one", ProxySetup.verified(), one);
    for (ServerIdentity identity : identities) {
      setup.identity(identity).reencrypt(identity.serverNames().getFirst(), "one");
    }
    return setup.config();
  }

  @Test
  void answersEveryRequestThatADrainMeets() throws Exception {
    ProxyFixture proxy = ProxyFixture.start(config(identity("a.test"), /* turned= */ false));
    try (proxy) {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        RawClient kept = proxy.client("a.test");
        running.add(clients.submit(() -> {
          try (kept) {
            boolean last = false;
            while (!last) {
              Reply reply = kept.exchange(get("one"));
              require(reply, "one");
              served.incrementAndGet();
              last = reply.fields().all("connection").contains("close");
            }
            assertThat(kept.readToEnd().text()).isEmpty();
          } catch (Exception | AssertionError failed) {
            failures.add(String.valueOf(failed));
          }
        }));
      }
      Await.until(() -> served.get() > 100);
      proxy.dataPlane().beginDrain();
      for (Future<?> each : running) {
        each.get();
      }
      assertThat(failures).isEmpty();
    }
  }

  /** One request or handshake. */
  @FunctionalInterface
  private interface Once {
    void run() throws Exception;
  }
}
