package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.HostPattern;
import io.reseal.config.HostPort;
import io.reseal.config.Listener;
import io.reseal.config.ListenerSecurity;
import io.reseal.config.PathMatch;
import io.reseal.config.ProxyConfig;
import io.reseal.config.Route;
import io.reseal.config.ServerIdentity;
import io.reseal.core.DataPlane;
import io.reseal.core.observe.DataPlaneObserver;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.ProxyFixture;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.Reply;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A listener gets another name and keeps its address: no connection is lost, and none counted twice. */
final class RenamedListenerTest {
  private static final String GET = "GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n";
  private static final int RENAMES = 40;
  private static final ServerIdentity FRONT = new ServerIdentity(
      "front", List.of("a.test", "b.test"), List.of(Certificates.FRONT.issue("a.test", "b.test")));

  private final CountDownLatch accepting = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private volatile boolean holdsAccepted;

  private RecordingOrigin origin;
  private InetSocketAddress address;
  private ProxyFixture proxy;

  @BeforeEach
  void start() throws IOException {
    origin = RecordingOrigin.tls(ProxySetup.originIdentity()).start();
    address = new InetSocketAddress("127.0.0.1", LiveChangeTest.freePort());
    proxy = ProxyFixture.start(named("old"), DataPlane.DEFAULT_GRACE, new DataPlaneObserver() {
      @Override
      public void connectionAccepted(String listener) {
        if (holdsAccepted) {
          holdsAccepted = false;
          accepting.countDown();
          await(goOn);
        }
      }
    });
  }

  @AfterEach
  void stop() {
    goOn.countDown();
    proxy.close();
    origin.close();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private ProxyConfig named(String name) {
    ProxyConfig config = new ProxySetup()
        .identity(FRONT)
        .upstream("origin", origin)
        .reencrypt("a.test", "origin")
        .reencrypt("b.test", "origin")
        .config();
    return LiveChangeTest.listeners(
        config, all -> List.of(listener(name, address.getPort(), all.getFirst().security())));
  }

  private static Listener listener(String name, int port, ListenerSecurity security) {
    return new Listener(
        name, List.of(new HostPort("127.0.0.1", port)), security, List.of(), 100, 100);
  }

  private static void requireServedAndKept(RawClient client) throws IOException {
    Reply reply = client.exchange(GET);
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.fields().all("connection")).isEmpty();
  }

  @Test
  void servesWhoHadSaidNothingYet() throws IOException {
    try (Socket early = RawClient.tcp(address)) {
      Await.until(() -> proxy.dataPlane().clientConnections().equals(Map.of("old", 1)));
      proxy.publish(named("new"));
      try (RawClient client = ProxyFixture.hello("a.test").connect(early)) {
        requireServedAndKept(client);
        assertThat(proxy.dataPlane().clientConnections()).isEqualTo(Map.of("new", 1));
      }
    }
    Await.until(() -> proxy.dataPlane().clientConnections().equals(Map.of("new", 0)));
  }

  @Test
  void keepsOpenConnections() throws IOException {
    RawClient.Hello hello = ProxyFixture.hello("a.test");
    try (RawClient http1 = hello.connect(address);
        H2RawClient http2 = H2RawClient.connect(hello, address)) {
      requireServedAndKept(http1);
      assertThat(http2.get("a.test", "/x").complete().status()).isEqualTo(200);
      proxy.publish(named("new"));
      requireServedAndKept(http1);
      // Another name of the same identity, which must still be known as the same.
      assertThat(http2.get("b.test", "/x").complete().status()).isEqualTo(200);
      assertThat(proxy.dataPlane().clientConnections()).isEqualTo(Map.of("new", 2));
    }
  }

  /**
   * The loop is held while it accepts: the next connection waits in the queue, and is accepted when
   * the socket has its new name but the loop not yet its new tables.
   */
  @Test
  void servesWhoComesInWhileTheLoopsDoNotKnowTheNewName() throws Exception {
    holdsAccepted = true;
    try (Socket holding = RawClient.tcp(address)) {
      accepting.await();
      CompletableFuture<Void> renamed =
          CompletableFuture.runAsync(() -> proxy.publish(named("new")));
      Await.until(() -> proxy.dataPlane().addresses().containsKey("new"));
      try (Socket early = RawClient.tcp(address)) {
        goOn.countDown();
        renamed.join();
        try (RawClient client = ProxyFixture.hello("a.test").connect(early)) {
          requireServedAndKept(client);
        }
      }
      try (RawClient client = ProxyFixture.hello("a.test").connect(holding)) {
        requireServedAndKept(client);
      }
    }
  }

  @Test
  void losesNobodyOverManyRenames() throws Exception {
    CompletableFuture<Void> renaming = CompletableFuture.runAsync(() -> {
      for (int i = 0; i < RENAMES; i++) {
        proxy.publish(named("name-" + i));
      }
    });
    do {
      try (RawClient client = ProxyFixture.hello("a.test").connect(address)) {
        requireServedAndKept(client);
      }
    } while (!renaming.isDone());
    renaming.join();
    Map<String, Integer> nobody = Map.of("name-" + (RENAMES - 1), 0);
    Await.until(() -> proxy.dataPlane().clientConnections().equals(nobody));
  }

  /** Where two listeners swap their names, a connection is for what its address stands for. */
  @Test
  void servesByTheAddressWhereNamesAreSwapped() throws Exception {
    int other = LiveChangeTest.freePort();
    proxy.publish(swappable("public", "internal", other));
    try (RawClient client = RawClient.plain(address)) {
      assertThat(client.exchange(GET).status()).isEqualTo(404);
      proxy.publish(swappable("internal", "public", other));
      assertThat(client.exchange(GET).status()).isEqualTo(200);
      proxy.publish(swappable("public", "internal", other));
      assertThat(client.exchange(GET).status()).isEqualTo(404);
    }
  }

  /** Where a listener goes and another takes its name, their connections are not confused. */
  @Test
  void servesNobodyByANameThatAnotherListenerHasTakenOver() throws Exception {
    int other = LiveChangeTest.freePort();
    proxy.publish(swappable("public", "internal", other));
    try (RawClient client = RawClient.plain(address)) {
      assertThat(client.exchange(GET).status()).isEqualTo(404);
      proxy.publish(LiveChangeTest.listeners(
          routedFor("public"),
          all -> List.of(listener("public", other, new ListenerSecurity.Cleartext()))));
      assertThat(client.exchange(GET).status()).isEqualTo(421);
    }
    try (RawClient client = RawClient.plain(new InetSocketAddress("127.0.0.1", other))) {
      assertThat(client.exchange(GET).status()).isEqualTo(200);
    }
    assertThat(origin.requests()).hasSize(1);
  }

  /** A listener that moves keeps its name, and its connections with it. */
  @Test
  void servesByTheNameWhereAListenerMoves() throws Exception {
    try (RawClient client = ProxyFixture.hello("a.test").connect(address)) {
      address = new InetSocketAddress("127.0.0.1", LiveChangeTest.freePort());
      proxy.publish(named("old"));
      requireServedAndKept(client);
    }
  }

  private ProxyConfig routedFor(String listener) {
    return new ProxySetup()
        .upstream("origin", origin)
        .route(new Route.Reencrypt(
            "route",
            List.of(listener),
            List.of(new HostPattern.Exact("a.test")),
            List.of(PathMatch.EVERYTHING),
            "origin"))
        .config();
  }

  private ProxyConfig swappable(String here, String there, int other) {
    ListenerSecurity cleartext = new ListenerSecurity.Cleartext();
    return LiveChangeTest.listeners(
        routedFor("internal"),
        all -> List.of(
            listener(here, address.getPort(), cleartext), listener(there, other, cleartext)));
  }
}
