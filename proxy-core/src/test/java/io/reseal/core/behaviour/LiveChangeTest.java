package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reseal.config.ClientAuth;
import io.reseal.config.HostPort;
import io.reseal.config.Limits;
import io.reseal.config.Listener;
import io.reseal.config.ListenerSecurity;
import io.reseal.config.PathMatch;
import io.reseal.config.ProxyConfig;
import io.reseal.config.ServerIdentity;
import io.reseal.config.TlsVersions;
import io.reseal.config.UpstreamTls;
import io.reseal.core.StartException;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.End;
import io.reseal.testkit.H2Frame;
import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.Hpack;
import io.reseal.testkit.ProxyFixture;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.Reply;
import io.reseal.testkit.TestPki;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Another configuration is taken up while traffic flows: what stays is kept, what goes is let go. */
final class LiveChangeTest {
  private static final String GET_A = "GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n";
  private static final String GET_B = "GET /x HTTP/1.1\r\nHost: b.test\r\n\r\n";

  private RecordingOrigin first;
  private RecordingOrigin second;
  private ProxyFixture proxy;

  @BeforeEach
  void start() throws IOException {
    first = RecordingOrigin.tls(ProxySetup.originIdentity()).start();
    second = RecordingOrigin.tls(ProxySetup.originIdentity()).start();
    proxy = ProxyFixture.start(setup().config());
  }

  @AfterEach
  void stop() {
    proxy.close();
    first.close();
    second.close();
  }

  private static final ServerIdentity FRONT = identity("front", "a.test", "b.test");

  private static ServerIdentity identity(String name, String... serverNames) {
    return new ServerIdentity(
        name, List.of(serverNames), List.of(Certificates.FRONT.issue(serverNames)));
  }

  private ProxySetup setup() {
    return base().identity(FRONT).reencrypt("a.test", "one").reencrypt("b.test", "two");
  }

  private ProxySetup base() {
    return new ProxySetup().upstream("one", first).upstream("two", second);
  }

  /** A configuration with other listeners. */
  static ProxyConfig listeners(ProxyConfig config, UnaryOperator<List<Listener>> change) {
    return new ProxyConfig(
        change.apply(new ArrayList<>(config.listeners())),
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

  private static Listener cleartext(String name, HostPort... addresses) {
    return new Listener(
        name, List.of(addresses), new ListenerSecurity.Cleartext(), List.of(), 100, 100);
  }

  @Test
  void openConnectionsTakeTheNewRoutesAtTheirNextRequest() throws IOException {
    try (RawClient http1 = proxy.client("a.test");
        H2RawClient http2 = proxy.h2Client("a.test")) {
      assertThat(http1.exchange(GET_A).status()).isEqualTo(200);
      assertThat(http2.get("a.test", "/x").complete().status()).isEqualTo(200);
      assertThat(second.requests()).isEmpty();

      proxy.publish(base()
          .identity(FRONT)
          .reencrypt("a.test", "two")
          .reencrypt("b.test", "two")
          .config());

      assertThat(http1.exchange(GET_A).status()).isEqualTo(200);
      assertThat(http2.get("a.test", "/x").complete().status()).isEqualTo(200);
      assertThat(second.requests()).hasSize(2);
    }
  }

  @Test
  void anUpstreamThatStaysKeepsItsConnections() throws IOException {
    try (RawClient client = proxy.client("a.test")) {
      assertThat(client.exchange(GET_A).status()).isEqualTo(200);
      proxy.publish(setup().reencrypt("c.test", "two").config());
      proxy.publish(new ProxySetup()
          .upstream("new", second)
          .upstream("one", first)
          .identity(FRONT)
          .reencrypt("b.test", "new")
          .reencrypt("a.test", "one")
          .config());
      assertThat(client.exchange(GET_A).status()).isEqualTo(200);
    }
    assertThat(first.connections()).hasSize(1);
  }

  @Test
  void anEndpointThatStaysKeepsItsConnectionsAndOneThatGoesLosesThem() throws Exception {
    try (RecordingOrigin third =
            RecordingOrigin.tls(ProxySetup.originIdentity()).start();
        RawClient client = proxy.client("a.test")) {
      ProxySetup both = new ProxySetup().identity(FRONT).reencrypt("a.test", "one");
      proxy.publish(both.upstream("one", first, third).config());
      for (int i = 0; i < 4; i++) {
        assertThat(client.exchange(GET_A).status()).isEqualTo(200);
      }
      assertThat(first.connections()).hasSize(1);
      assertThat(third.connections()).hasSize(1);

      proxy.publish(new ProxySetup()
          .identity(FRONT)
          .reencrypt("a.test", "one")
          .upstream("one", first)
          .config());
      assertThat(third.connections().getFirst().end()).isEqualTo(End.CLOSED);
      for (int i = 0; i < 4; i++) {
        assertThat(client.exchange(GET_A).status()).isEqualTo(200);
      }
      assertThat(first.connections()).hasSize(1);
    }
  }

  @Test
  void newHandshakesSeeTheNewCertificateAndOpenConnectionsLive() throws IOException {
    try (RawClient http1 = proxy.client("a.test");
        H2RawClient http2 = proxy.h2Client("a.test")) {
      var before = http1.certificate();
      ServerIdentity renewed = identity("front", "a.test", "b.test");
      proxy.publish(base()
          .identity(renewed)
          .reencrypt("a.test", "one")
          .reencrypt("b.test", "two")
          .config());
      try (RawClient later = proxy.client("a.test")) {
        assertThat(later.certificate())
            .isEqualTo(renewed.keyPairs().getFirst().leaf())
            .isNotEqualTo(before);
        assertThat(later.exchange(GET_A).status()).isEqualTo(200);
      }
      assertThat(http1.exchange(GET_A).fields().all("connection")).isEmpty();
      // The same identity: its connections still carry requests for its other names.
      assertThat(http2.get("b.test", "/x").complete().status()).isEqualTo(200);
    }
  }

  @Test
  void aHostThatIsGoneIsNotServedAndItsNeighbourIs() throws IOException {
    try (RawClient client = proxy.client("a.test")) {
      assertThat(client.exchange(GET_B).status()).isEqualTo(200);
      proxy.publish(base().identity(FRONT).reencrypt("a.test", "one").config());
      assertThat(client.exchange(GET_B).status()).isEqualTo(404);
      assertThat(client.exchange(GET_A).status()).isEqualTo(200);
    }
  }

  @Test
  void aHostThatIsGoneIsNotServedOverHttp2AndItsWebSocketsGoOn() throws IOException {
    first.on("/ws", (connection, head) -> {
      connection.respond(
          head,
          "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
      connection.reader().rest().transferTo(connection.out());
    });
    try (H2RawClient http2 = proxy.h2Client("a.test");
        RawClient webSocket = proxy.client("a.test")) {
      assertThat(http2.get("a.test", "/x").complete().status()).isEqualTo(200);
      webSocket.send("GET /ws HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\n"
          + "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
          + "Sec-WebSocket-Version: 13\r\n\r\n");
      assertThat(webSocket.readReply().status()).isEqualTo(101);

      proxy.publish(base().identity(FRONT).reencrypt("b.test", "two").config());

      assertThat(http2.get("a.test", "/x").complete().status()).isEqualTo(404);
      assertThat(http2.get("b.test", "/x").complete().status()).isEqualTo(200);
      webSocket.send("still here");
      assertThat(webSocket.readExactly(10)).asString().isEqualTo("still here");
    }
  }

  @Test
  void anotherDestinationCaEndsPooledConnectionsAndFailsClosed() throws Exception {
    try (RawClient client = proxy.client("a.test")) {
      assertThat(client.exchange(GET_A).status()).isEqualTo(200);
      var strict = new UpstreamTls(
          TestPki.ca("Another CA").trusted(),
          ProxySetup.verified().serverName(),
          List.of(),
          false,
          ProxySetup.verified().versions());
      proxy.publish(new ProxySetup()
          .identity(FRONT)
          .reencrypt("a.test", "one")
          .upstream("one", strict, first.endpoint())
          .config());
      assertThat(first.connections().getFirst().end()).isEqualTo(End.CLOSED);
      Reply refused = client.exchange(GET_A);
      assertThat(refused.status()).isEqualTo(502);
      assertThat(refused.fields().first("proxy-status")).contains("unknown_issuer");

      proxy.publish(setup().config());
      assertThat(client.exchange(GET_A).status()).isEqualTo(200);
    }
  }

  /** Connections under the old trust are open until their last response; they count till then. */
  @Test
  void anEndpointThatStaysKeepsItsCountsUnderAnotherTrust() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch changed = new CountDownLatch(1);
    first.on("/slow", (connection, head) -> {
      connection.receive(head);
      asked.countDown();
      changed.await();
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold");
    });
    ProxySetup one =
        new ProxySetup().identity(FRONT).reencrypt("a.test", "one").limits(LiveChangeTest::single);
    var modern = new UpstreamTls(
        ProxySetup.verified().trustAnchors(),
        ProxySetup.verified().serverName(),
        List.of(),
        false,
        new TlsVersions(/* tls12= */ false, /* tls13= */ true));
    proxy.publish(one.upstream("one", first).config());
    try (RawClient slow = proxy.client("a.test");
        RawClient client = proxy.client("a.test")) {
      slow.send("GET /slow HTTP/1.1\r\nHost: a.test\r\n\r\n");
      asked.await();
      proxy.publish(new ProxySetup()
          .identity(FRONT)
          .reencrypt("a.test", "one")
          .limits(LiveChangeTest::single)
          .upstream("one", modern, first.endpoint())
          .config());
      assertThat(openToFirst()).isEqualTo(1);
      assertThat(client.exchange(GET_A).status()).isEqualTo(503);

      changed.countDown();
      assertThat(slow.readReply().bodyText()).isEqualTo("old");
      Await.until(() -> openToFirst() == 0);
      assertThat(client.exchange(GET_A).status()).isEqualTo(200);
    }
  }

  private int openToFirst() {
    return proxy.dataPlane().upstreams().getFirst().endpoints().getFirst().open();
  }

  /** One connection to each endpoint. */
  private static Limits single(Limits all) {
    return new Limits(
        all.clientHelloBytes(),
        all.requestTargetBytes(),
        all.requestHeadBytes(),
        all.requestFields(),
        all.requestBodyBytes(),
        all.responseHeadBytes(),
        all.responseFields(),
        all.http2Streams(),
        /* upstreamConnections= */ 1,
        all.upstreamIdleConnections(),
        all.upstreamConnecting(),
        all.upstreamAttempts());
  }

  @Test
  void aRequestUnderWayEndsWithWhatItStartedWith() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch changed = new CountDownLatch(1);
    first.on("/slow", (connection, head) -> {
      connection.receive(head);
      asked.countDown();
      changed.await();
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nold");
    });
    try (RawClient client = proxy.client("a.test")) {
      client.send("GET /slow HTTP/1.1\r\nHost: a.test\r\n\r\n");
      asked.await();
      proxy.publish(new ProxySetup()
          .identity(FRONT)
          .upstream("two", second)
          .reencrypt("a.test", "two")
          .config());
      changed.countDown();
      assertThat(client.readReply().bodyText()).isEqualTo("old");
      assertThat(client.exchange(GET_A).status()).isEqualTo(200);
    }
    assertThat(second.requests()).hasSize(1);
  }

  @Test
  void aRequestThatMustBeSentAgainFindsItsClosedPool() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    CountDownLatch changed = new CountDownLatch(1);
    first.on("/again", (connection, head) -> {
      connection.receive(head);
      if (connection.index() == 0) {
        asked.countDown();
        changed.await();
        connection.reset();
      } else {
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nagain");
      }
    });
    try (RawClient client = proxy.client("a.test")) {
      assertThat(client.exchange(GET_A).status()).isEqualTo(200);
      client.send("GET /again HTTP/1.1\r\nHost: a.test\r\n\r\n");
      asked.await();
      proxy.publish(new ProxySetup()
          .identity(FRONT)
          .upstream("two", second)
          .reencrypt("a.test", "two")
          .config());
      changed.countDown();
      assertThat(client.readReply().bodyText()).isEqualTo("again");
    }
  }

  @Test
  void aTightenedClientPolicyDoesNotServeConnectionsFromBefore() throws IOException {
    ServerIdentity asking = new ServerIdentity(
        "front",
        FRONT.serverNames(),
        FRONT.keyPairs(),
        new ClientAuth.Asked(
            ClientAuth.Mode.REQUIRED,
            List.of(TestPki.ca("Clients").certificate()),
            "clients.pem",
            List.of(),
            List.of()));
    try (RawClient http1 = proxy.client("a.test");
        H2RawClient http2 = proxy.h2Client("a.test")) {
      assertThat(http1.exchange(GET_A).status()).isEqualTo(200);
      proxy.publish(base()
          .identity(asking)
          .reencrypt("a.test", "one")
          .reencrypt("b.test", "two")
          .config());
      Reply refused = http1.exchange(GET_A);
      assertThat(refused.status()).isEqualTo(421);
      assertThat(refused.fields().first("connection")).isEqualTo("close");
      get(http2, "a.test", "/x");
      assertThat(statuses(http2)).containsExactly("421");
    }
    assertThat(first.requests()).hasSize(1);
  }

  @Test
  void aListenerComesAndGoesWithoutDisturbingOthers() throws Exception {
    ProxyConfig before = setup().config();
    InetSocketAddress kept = proxy.http();
    try (RawClient client = RawClient.plain(kept)) {
      assertThat(client.exchange(GET_A).status()).isEqualTo(200);
      proxy.publish(listeners(before, all -> {
        all.add(cleartext("more", new HostPort("127.0.0.1", 0)));
        return all;
      }));
      InetSocketAddress more =
          Objects.requireNonNull(proxy.dataPlane().addresses().get("more")).getFirst();
      RawClient guest = RawClient.plain(more);
      try (guest) {
        assertThat(guest.exchange(GET_A).status()).isEqualTo(200);
        proxy.publish(before);
        assertThat(guest.exchange(GET_A).status()).isEqualTo(421);
        assertThat(guest.readToEnd().text()).isEmpty();
      }
      assertThatThrownBy(() -> RawClient.plain(more)).isInstanceOf(IOException.class);
      assertThat(proxy.http()).isEqualTo(kept);
      assertThat(client.exchange(GET_A).status()).isEqualTo(200);
    }
  }

  /** Port 0 would not do where a socket must stay under another name. */
  static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return free.getLocalPort();
    }
  }

  @Test
  void aPortMayChangeItsListener() throws Exception {
    int port = freePort();
    ProxyConfig before = setup().config();
    proxy.publish(listeners(
        before, all -> List.of(cleartext("old", new HostPort("127.0.0.1", port)))));
    proxy.publish(listeners(
        before, all -> List.of(cleartext("new", new HostPort("127.0.0.1", port)))));
    try (RawClient client = RawClient.plain(new InetSocketAddress("127.0.0.1", port))) {
      assertThat(client.exchange(GET_A).status()).isEqualTo(200);
    }
    // The wildcard takes the place of one address.
    proxy.publish(listeners(
        before, all -> List.of(cleartext("new", new HostPort("0.0.0.0", port)))));
    try (RawClient client = RawClient.plain(new InetSocketAddress("127.0.0.1", port))) {
      assertThat(client.exchange(GET_A).status()).isEqualTo(200);
    }
  }

  @Test
  void aChangeThatCannotBeBoundChangesNothing() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      ProxyConfig wanted =
          listeners(base().identity(FRONT).reencrypt("a.test", "two").config(), all -> {
            all.add(cleartext("fine", new HostPort("127.0.0.1", 0)));
            all.add(cleartext("taken", new HostPort("127.0.0.1", taken.getLocalPort())));
            return all;
          });
      assertThatThrownBy(() -> proxy.dataPlane().publish(wanted))
          .isInstanceOfSatisfying(
              StartException.class,
              refused -> assertThat(refused.problems().toString())
                  .contains("listener \"taken\"")
                  .contains("address already in use"));
    }
    assertThat(proxy.dataPlane().addresses()).containsOnlyKeys("https", "http");
    try (RawClient client = proxy.client("a.test")) {
      assertThat(client.exchange(GET_A).status()).isEqualTo(200);
    }
    assertThat(first.requests()).hasSize(1);
  }

  @Test
  void limitsOfConnectionsChangeWithTheListener() throws Exception {
    try (RawClient client = proxy.plainClient()) {
      assertThat(client.exchange(GET_A).status()).isEqualTo(200);
      proxy.publish(setup().maxConnections(1, 1).config());
      try (RawClient refused = proxy.plainClient()) {
        assertThat(refused.readToEnd().text()).isEmpty();
      }
      proxy.publish(setup().maxConnections(2, 2).config());
      try (RawClient welcome = proxy.plainClient()) {
        assertThat(welcome.exchange(GET_A).status()).isEqualTo(200);
      }
      assertThat(client.exchange(GET_A).status()).isEqualTo(200);
    }
  }

  @Test
  void anIdleConnectionIsServedOnceMoreWhileDraining() throws IOException {
    try (RawClient http1 = proxy.client("a.test")) {
      assertThat(http1.exchange(GET_A).fields().all("connection")).isEmpty();
      proxy.dataPlane().beginDrain();
      Reply last = http1.exchange(GET_A);
      assertThat(last.status()).isEqualTo(200);
      assertThat(last.fields().first("connection")).isEqualTo("close");
      assertThat(http1.readToEnd().text()).isEmpty();
    }
  }

  @Test
  void http2IsDrainedInTwoSteps() throws IOException {
    try (H2RawClient http2 = proxy.h2Client("a.test")) {
      assertThat(http2.get("a.test", "/x").complete().status()).isEqualTo(200);
      proxy.dataPlane().beginDrain();
      // On its way when the drain began: served, not refused.
      get(http2, "a.test", "/y");
      List<Integer> lastStreams = new ArrayList<>();
      List<H2Frame> frames = rest(http2);
      for (H2Frame frame : frames) {
        if (frame.type() == H2Frame.GOAWAY) {
          lastStreams.add(ByteBuffer.wrap(frame.payload()).getInt());
        }
      }
      assertThat(lastStreams).containsExactly(Integer.MAX_VALUE, 3);
      assertThat(statuses(frames)).containsExactly("200");
    }
    assertThat(first.requests()).hasSize(2);
  }

  private static void get(H2RawClient client, String authority, String path) throws IOException {
    client.request(
        true, ":method: GET", ":scheme: https", ":authority: " + authority, ":path: " + path);
  }

  /** Every frame until the end of the connection. */
  private static List<H2Frame> rest(H2RawClient client) throws IOException {
    List<H2Frame> frames = new ArrayList<>();
    for (H2Frame frame = client.readFrame(); frame != null; frame = client.readFrame()) {
      frames.add(frame);
    }
    return frames;
  }

  private static List<String> statuses(H2RawClient client) throws IOException {
    return statuses(rest(client));
  }

  private static List<String> statuses(List<H2Frame> frames) throws IOException {
    List<String> statuses = new ArrayList<>();
    for (H2Frame frame : frames) {
      if (frame.type() == H2Frame.HEADERS) {
        statuses.add(Hpack.decode(frame.payload()).first(":status"));
      }
    }
    return statuses;
  }

  @Test
  void identitiesUsedNoMoreShowNoMore() throws IOException {
    PathMatch everything = PathMatch.EVERYTHING;
    proxy.publish(base()
        .identity("front", "a.test")
        .reencrypt("a.test", everything, "one")
        .config());
    assertThatThrownBy(() -> proxy.client("b.test")).isInstanceOf(IOException.class);
  }
}
