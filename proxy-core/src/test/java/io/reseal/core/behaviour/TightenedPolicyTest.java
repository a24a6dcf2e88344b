package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.ClientAuth;
import io.reseal.config.ClientAuth.Mode;
import io.reseal.config.Network;
import io.reseal.config.RevocationList;
import io.reseal.config.ServerIdentity;
import io.reseal.config.TlsVersions;
import io.reseal.core.observe.DataPlaneObserver;
import io.reseal.core.observe.TunnelRecord;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.End;
import io.reseal.testkit.H2Frame;
import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.ProxyFixture;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.TestCrl;
import io.reseal.testkit.TestPki;
import io.reseal.testkit.TestPki.Issued;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Who would not be let in any more is not served any longer than the grace: whatever the connection
 * carries, and however far its handshake had come.
 */
final class TightenedPolicyTest {
  private static final Duration GRACE = Duration.ofSeconds(1);
  private static final TlsVersions ONLY_13 = new TlsVersions(/* tls12= */ false, /* tls13= */ true);
  private static final Map<String, Integer> NOBODY =
      Map.of(ProxySetup.HTTPS, 0, ProxySetup.HTTP, 0);
  private static final Issued CLIENTS = TestPki.ca("Client CA");
  private static final Issued HOLDER =
      TestPki.server("holder").purposes(TestPki.CLIENT_AUTH).issuer(CLIENTS).issue();
  private static final X509Certificate OTHERS = TestPki.ca("Other CA").certificate();

  private static final String UPGRADE = "GET /ws HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\n"
      + "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
      + "Sec-WebSocket-Version: 13\r\n\r\n";
  private static final String SWITCHING =
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
          + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

  private static final ServerIdentity OPEN = identity("b.test", ClientAuth.NOT_ASKED);
  private static final ServerIdentity ASKING =
      identity("a.test", asked(Mode.OPTIONAL, List.of(), CLIENTS.certificate(), OTHERS));

  private final List<TunnelRecord> tunnels = new CopyOnWriteArrayList<>();
  private RecordingOrigin origin;
  private ProxyFixture proxy;

  @BeforeEach
  void start() throws IOException {
    origin = RecordingOrigin.tls(ProxySetup.originIdentity()).start();
    origin.on("/ws", (connection, head) -> {
      connection.respond(head, SWITCHING);
      connection.reader().rest().transferTo(connection.out());
    });
    origin.on("/long", (connection, head) -> {
      connection.respond(head, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst");
      connection.awaitEnd();
    });
    proxy = ProxyFixture.start(setup(ASKING, OPEN).config(), GRACE, new DataPlaneObserver() {
      @Override
      public void tunnelEnded(TunnelRecord tunnel) {
        tunnels.add(tunnel);
      }
    });
  }

  @AfterEach
  void stop() {
    proxy.close();
    origin.close();
  }

  private ProxySetup setup(ServerIdentity... identities) {
    ProxySetup setup = new ProxySetup()
        .upstream("origin", origin)
        .reencrypt("a.test", "origin")
        .reencrypt("b.test", "origin")
        .passthrough("p.test", "origin");
    Arrays.stream(identities).forEach(setup::identity);
    return setup;
  }

  private static ServerIdentity identity(String host, ClientAuth clients) {
    return new ServerIdentity(
        host, List.of(host), List.of(Certificates.FRONT.issue(host)), clients);
  }

  private static ClientAuth asked(
      Mode mode, List<RevocationList> lists, X509Certificate... authorities) {
    return new ClientAuth.Asked(
        mode, List.of(authorities), "clients.pem", lists, /* forwarded= */ List.of());
  }

  /** What may happen to the policy of a.test. */
  private enum Change {
    CA_REMOVED,
    CERTIFICATE_REVOKED,
    REQUIRED,
    TLS_12_REMOVED
  }

  private ProxySetup tightened(Change change) throws Exception {
    ClientAuth clients = switch (change) {
      case CA_REMOVED -> asked(Mode.OPTIONAL, List.of(), OTHERS);
      case CERTIFICATE_REVOKED ->
        asked(
            Mode.OPTIONAL,
            List.of(TestCrl.of(CLIENTS).revoke(HOLDER).list()),
            CLIENTS.certificate());
      case REQUIRED -> asked(Mode.REQUIRED, List.of(), CLIENTS.certificate(), OTHERS);
      case TLS_12_REMOVED -> ASKING.clientAuth();
    };
    ProxySetup setup = setup(identity("a.test", clients), OPEN);
    return change == Change.TLS_12_REMOVED ? setup.versions(ONLY_13) : setup;
  }

  private RawClient webSocket(String host) throws IOException {
    return webSocket(host, proxy.client(host));
  }

  /** One whose client has shown a certificate, unless the change is about those without. */
  private RawClient webSocketBefore(Change change) throws IOException {
    return switch (change) {
      case REQUIRED -> webSocket("a.test");
      case TLS_12_REMOVED ->
        webSocket("a.test", holder().withVersions("TLSv1.2").connect(proxy.https()));
      case CA_REMOVED, CERTIFICATE_REVOKED -> webSocket("a.test", holder().connect(proxy.https()));
    };
  }

  private static RawClient.Hello holder() {
    return ProxyFixture.hello("a.test")
        .withApplicationProtocols("http/1.1")
        .showing(HOLDER.material());
  }

  private static RawClient webSocket(String host, RawClient client) throws IOException {
    client.send(UPGRADE.formatted(host));
    assertThat(client.readReply().status()).isEqualTo(101);
    requireEcho(client);
    return client;
  }

  private static void requireEcho(RawClient client) throws IOException {
    client.send("ping");
    assertThat(client.readExactly(4)).isEqualTo("ping".getBytes(StandardCharsets.US_ASCII));
  }

  @ParameterizedTest
  @EnumSource(Change.class)
  void cutsAnUpgradedConnection(Change change) throws Exception {
    try (RawClient closed = webSocketBefore(change)) {
      proxy.publish(tightened(change).config());
      requireEcho(closed);
      assertThat(closed.readToEnd().end()).isIn(End.RESET, End.TRUNCATED);
    }
    assertThat(origin.connections().getFirst().end()).isNotNull();
    Await.until(() -> !tunnels.isEmpty());
    assertThat(tunnels).extracting(TunnelRecord::end).containsExactly("cut_off");
  }

  @Test
  void leavesTheUpgradedConnectionsOfOthersAndWhatIsPassedThrough() throws Exception {
    RawClient.Hello toOrigin = RawClient.Hello.of(Certificates.DESTINATION.certificate(), "p.test");
    try (RawClient closed = webSocket("a.test");
        RawClient other = webSocket("b.test");
        RawClient passed = webSocket("p.test", toOrigin.connect(proxy.https()))) {
      proxy.publish(tightened(Change.REQUIRED).config());
      assertThat(closed.readToEnd().end()).isIn(End.RESET, End.TRUNCATED);
      requireEcho(other);
      requireEcho(passed);
    }
  }

  /** What a CRL that is renewed every hour must not do. */
  @Test
  void sparesTheWorkOfClientsWhoseCertificatesAreGoodByTheNewPolicyToo() throws Exception {
    CountDownLatch finish = new CountDownLatch(1);
    origin.on("/finish", (connection, head) -> {
      connection.respond(head, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst");
      finish.await();
      connection.send(" last");
    });
    ClientAuth renewed =
        asked(Mode.OPTIONAL, List.of(TestCrl.of(CLIENTS).list()), CLIENTS.certificate());
    try (RawClient spared = webSocket("a.test", holder().connect(proxy.https()));
        RawClient without = webSocket("a.test");
        RawClient transfer = holder().connect(proxy.https())) {
      transfer.send("GET /finish HTTP/1.1\r\nHost: a.test\r\n\r\n");
      assertThat(transfer.readHead().status()).isEqualTo(200);
      proxy.publish(loosened(identity("a.test", renewed), OPEN).config());
      awaitTwoGraces(renewed);
      requireEcho(spared);
      requireEcho(without);
      finish.countDown();
      RawClient.Rest rest = transfer.readToEnd();
      assertThat(rest.text()).isEqualTo("first last");
      assertThat(rest.end()).isEqualTo(End.CLOSED);
    }
  }

  /** Until two connections were cut, of which the second began when the first was cut. */
  private void awaitTwoGraces(ClientAuth ofA) throws Exception {
    for (int i = 0; i < 2; i++) {
      try (RawClient closed = webSocket("b.test")) {
        ClientAuth required = asked(Mode.REQUIRED, List.of(), OTHERS);
        proxy.publish(
            setup(identity("a.test", ofA), identity("b.test", required)).config());
        assertThat(closed.readToEnd().end()).isIn(End.RESET, End.TRUNCATED);
        proxy.publish(loosened(identity("a.test", ofA), OPEN).config());
      }
    }
  }

  /** Peers are trusted that were not, and a TLS version goes that none of the clients here has. */
  private ProxySetup loosened(ServerIdentity... identities) {
    return setup(identities)
        .trustedPeers(new Network(InetAddress.ofLiteral("127.0.0.0"), 8))
        .versions(ONLY_13);
  }

  @Test
  void cutsATransferOverHttp1() throws Exception {
    try (RawClient client = proxy.client("a.test")) {
      client.send("GET /long HTTP/1.1\r\nHost: a.test\r\n\r\n");
      assertThat(client.readHead().status()).isEqualTo(200);
      proxy.publish(tightened(Change.REQUIRED).config());
      RawClient.Rest rest = client.readToEnd();
      assertThat(rest.text()).isEqualTo("first");
      assertThat(rest.end()).isIn(End.RESET, End.TRUNCATED);
    }
  }

  @Test
  void cutsATransferOverHttp2() throws Exception {
    try (H2RawClient client = proxy.h2Client("a.test")) {
      int stream = client.request(
          true, ":method: GET", ":scheme: https", ":authority: a.test", ":path: /long");
      assertThat(client.next(stream)).isNotNull();
      proxy.publish(tightened(Change.REQUIRED).config());
      Await.until(() -> proxy.dataPlane().clientConnections().equals(NOBODY));
    }
  }

  @Test
  void leavesWhatALaterChangeLetsInAgain() throws Exception {
    try (RawClient spared = webSocket("a.test");
        RawClient closed = webSocket("b.test")) {
      proxy.publish(tightened(Change.REQUIRED).config());
      proxy.publish(setup(ASKING, OPEN).config());
      ClientAuth required = asked(Mode.REQUIRED, List.of(), OTHERS);
      proxy.publish(setup(ASKING, identity("b.test", required)).config());
      assertThat(closed.readToEnd().end()).isIn(End.RESET, End.TRUNCATED);
      requireEcho(spared);
    }
  }

  @Test
  void drainsAConnectionThatWasShakingHandsWithATlsVersionThatIsGone() throws Exception {
    RawClient.Hello hello = ProxyFixture.hello("a.test").withVersions("TLSv1.2");
    try (RawClient client = hello.connect(proxy.https(), () -> change(Change.TLS_12_REMOVED))) {
      var last = client.exchange("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n");
      assertThat(last.fields().first("connection")).isEqualTo("close");
      assertThat(client.readToEnd().text()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void drainsAnHttp2ConnectionThatWasShakingHandsUnderAnotherPolicy(String version)
      throws Exception {
    RawClient.Hello hello =
        ProxyFixture.hello("a.test").withVersions(version).withApplicationProtocols("h2");
    try (H2RawClient client =
        H2RawClient.over(hello.connect(proxy.https(), () -> change(Change.REQUIRED)))) {
      H2Frame frame = client.readFrame();
      while (frame != null && frame.type() != H2Frame.GOAWAY) {
        frame = client.readFrame();
      }
      assertThat(frame).isNotNull();
    }
  }

  private void change(Change change) {
    try {
      proxy.publish(tightened(change).config());
    } catch (Exception failed) {
      throw new AssertionError(failed);
    }
  }
}
