package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Socket;
import io.reseal.config.HostPort;
import io.reseal.config.Listener;
import io.reseal.config.ProxyConfig;
import io.reseal.config.RuntimeSettings;
import io.reseal.core.DataPlane;
import io.reseal.core.StartException;
import io.reseal.core.listener.InheritedSockets;
import io.reseal.core.listener.ListeningSocket;
import io.reseal.core.observe.DataPlaneObserver;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordingOrigin;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A data plane goes on with the listening sockets of a predecessor. The predecessor is a set of plain
 * sockets that nobody accepts from, so that every connection is one that waits in an accept queue.
 */
final class InheritedSocketsTest {
  private static final String LOOPBACK = "127.0.0.1";
  private static final String GET = "GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n";

  private final List<ListeningSocket> predecessor = new ArrayList<>();
  private RecordingOrigin origin;

  @BeforeEach
  void start() throws IOException {
    assumeTrue(Epoll.isAvailable(), "epoll is not available here");
    origin = RecordingOrigin.tls(ProxySetup.originIdentity()).start();
  }

  @AfterEach
  void stop() {
    origin.close();
  }

  /** Sockets that share an address, for a listener that wants it. */
  private InetSocketAddress listen(String listener, HostPort wanted, int sockets)
      throws IOException {
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.ofLiteral(wanted.host()), wanted.port());
    for (int i = 0; i < sockets; i++) {
      Socket socket = Socket.newSocketStream();
      socket.setReuseAddress(true);
      socket.setReusePort(true);
      socket.bind(address);
      socket.listen(128);
      address = Objects.requireNonNull(socket.localAddress());
      predecessor.add(new ListeningSocket(
          "listener \"" + listener + "\"", wanted, /* number= */ 0, address, socket.intValue()));
    }
    return address;
  }

  /** Cleartext listeners at these addresses in place of the two that a set-up has. */
  private ProxyConfig config(int loops, HostPort... addresses) {
    ProxyConfig config = new ProxySetup()
        .upstream("origin", origin)
        .reencrypt("a.test", "origin")
        .runtime(new RuntimeSettings(
            RuntimeSettings.Transport.EPOLL, RuntimeSettings.TlsProvider.BORINGSSL, loops))
        .config();
    Listener plain = config.listeners().getLast();
    return new ProxyConfig(
        List.of(new Listener(
            ProxySetup.HTTP,
            List.of(addresses),
            plain.security(),
            plain.trustedPeers(),
            plain.maxConnections(),
            plain.maxConnectionsPerSource())),
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

  private DataPlane serve(ProxyConfig config) throws StartException {
    try (InheritedSockets inherited = new InheritedSockets(predecessor)) {
      return DataPlane.start(config, DataPlaneObserver.NONE, inherited, DataPlane.DEFAULT_GRACE);
    }
  }

  private static List<RawClient> connect(InetSocketAddress address, int count) throws IOException {
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      clients.add(RawClient.plain(address).send(GET));
    }
    return clients;
  }

  private static void requireServed(List<RawClient> clients) throws IOException {
    for (RawClient client : clients) {
      assertThat(client.readReply().status()).isEqualTo(200);
      client.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "3, 1", "3, 2", "1, 3", "2, 2"})
  void servesWhatWaitsInEveryAcceptQueue(int sockets, int loops) throws Exception {
    HostPort any = new HostPort(LOOPBACK, 0);
    InetSocketAddress address = listen(ProxySetup.HTTP, any, sockets);
    List<RawClient> waiting = connect(address, 40);
    try (DataPlane dataPlane = serve(config(loops, any))) {
      assertThat(dataPlane.addresses().get(ProxySetup.HTTP)).containsExactly(address);
      assertThat(dataPlane.listeningSockets()).hasSize(Math.max(sockets, loops));
      requireServed(waiting);
      requireServed(connect(address, 40));
    }
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1, 127.0.0.1", "0.0.0.0, 0.0.0.0", "::, ::", "::1, 0:0:0:0:0:0:0:1"})
  void findsAnAddressHoweverItIsWritten(String before, String now) throws Exception {
    int port = listen("other", new HostPort(before, 0), 1).getPort();
    ListeningSocket bound = predecessor.removeFirst();
    predecessor.add(new ListeningSocket(
        bound.owner(), new HostPort(before, port), 0, bound.address(), bound.descriptor()));
    String peer = before.contains(":") ? "::1" : LOOPBACK;
    List<RawClient> waiting = connect(new InetSocketAddress(InetAddress.ofLiteral(peer), port), 3);
    try (DataPlane dataPlane = serve(config(1, new HostPort(now, port)))) {
      assertThat(dataPlane.listeningSockets()).hasSize(1);
      requireServed(waiting);
    }
  }

  @Test
  void handsOutWhatAnotherDataPlaneCanTake() throws Exception {
    HostPort any = new HostPort(LOOPBACK, 0);
    try (DataPlane first = serve(config(2, any, any))) {
      List<ListeningSocket> sockets = first.listeningSockets();
      assertThat(sockets).hasSize(4);
      assertThat(sockets).extracting(ListeningSocket::number).containsExactly(0, 0, 1, 1);
      assertThat(sockets)
          .allSatisfy(each ->
              assertThat(new Socket(each.descriptor()).localAddress()).isEqualTo(each.address()));
      assertThat(first.addresses().get(ProxySetup.HTTP))
          .containsExactly(sockets.get(0).address(), sockets.get(2).address());
    }
  }

  @Test
  void closesWhatNoListenerWants() throws Exception {
    InetSocketAddress unwanted = listen("gone", new HostPort(LOOPBACK, 0), 2);
    try (DataPlane dataPlane = serve(config(1, new HostPort(LOOPBACK, 0)))) {
      assertThat(dataPlane.listeningSockets()).hasSize(1);
      assertThatThrownBy(() -> RawClient.plain(unwanted)).isInstanceOf(IOException.class);
    }
  }

  /** A predecessor that serves on must not lose its sockets to a start that fails. */
  @Test
  void leavesTheSocketsOfOthersWhenItCannotStart() throws Exception {
    HostPort any = new HostPort(LOOPBACK, 0);
    InetSocketAddress address = listen(ProxySetup.HTTP, any, 1);
    HostPort elsewhere = new HostPort("192.0.2.1", 1);
    List<RawClient> waiting = connect(address, 3);
    int kept = Duplicate.of(predecessor.getFirst().descriptor());
    assertThatThrownBy(() -> serve(config(2, any, elsewhere)))
        .isInstanceOf(StartException.class)
        .hasMessageContaining("192.0.2.1:1");
    predecessor.clear();
    predecessor.add(new ListeningSocket("listener \"http\"", any, /* number= */ 0, address, kept));
    try (DataPlane dataPlane = serve(config(1, any))) {
      requireServed(waiting);
    }
  }
}
