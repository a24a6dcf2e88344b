package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.uring.IoUring;
import io.reseal.config.HostPort;
import io.reseal.config.Listener;
import io.reseal.config.ProxyConfig;
import io.reseal.config.RuntimeSettings;
import io.reseal.config.RuntimeSettings.TlsProvider;
import io.reseal.config.RuntimeSettings.Transport;
import io.reseal.core.DataPlane;
import io.reseal.core.StartException;
import io.reseal.core.observe.DataPlaneObserver;
import io.reseal.testkit.Pattern;
import io.reseal.testkit.ProxyFixture;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.Reply;
import io.reseal.testkit.TestBed;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every way to drive sockets serves the same. */
final class TransportTest {
  private static final int LOOPS = 3;

  private static RuntimeSettings settings(Transport transport) {
    switch (transport) {
      case EPOLL -> assumeTrue(Epoll.isAvailable(), "epoll is not available here");
      case IO_URING -> assumeTrue(IoUring.isAvailable(), "io_uring is not available here");
      case AUTO, NIO -> {}
    }
    return new RuntimeSettings(transport, TlsProvider.BORINGSSL, LOOPS);
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void reencryptsOnEveryLoop(Transport transport) throws IOException {
    RuntimeSettings settings = settings(transport);
    byte[] body = Pattern.first(300_000);
    try (TestBed bed = TestBed.start(setup -> setup.runtime(settings))) {
      bed.origin().on("/echo", (connection, head) -> {
        byte[] received = connection.receive(head).body();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + received.length + "\r\n\r\n");
        connection.send(received);
      });
      for (int i = 0; i < 4 * LOOPS; i++) {
        try (RawClient client = bed.client()) {
          client.send(
              "POST /echo HTTP/1.1\r\nHost: a.test\r\nContent-Length: " + body.length + "\r\n\r\n");
          client.out().write(body);
          client.out().flush();
          Reply reply = client.readReply();
          assertThat(reply.status()).isEqualTo(200);
          assertThat(reply.body()).isEqualTo(body);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void passesThrough(Transport transport) throws IOException {
    RuntimeSettings settings = settings(transport);
    try (RecordingOrigin origin = RecordingOrigin.tls(
                io.reseal.testkit.Certificates.FRONT.issue("b.test"))
            .start();
        ProxyFixture proxy = ProxySetup.inFrontOf(origin)
            .passthrough("b.test", "origin")
            .runtime(settings)
            .start();
        RawClient client = proxy.client("b.test")) {
      Reply reply = client.exchange("GET /x HTTP/1.1\r\nHost: b.test\r\n\r\n");
      assertThat(reply.bodyText()).startsWith("GET /x\n");
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void refusesAnAddressInUseByName(Transport transport) throws Exception {
    RuntimeSettings settings = settings(transport);
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      ProxyConfig free = new ProxySetup().runtime(settings).config();
      List<Listener> listeners = new ArrayList<>();
      for (Listener listener : free.listeners()) {
        listeners.add(new Listener(
            listener.name(),
            List.of(new HostPort("127.0.0.1", taken.getLocalPort())),
            listener.security(),
            listener.trustedPeers(),
            listener.maxConnections(),
            listener.maxConnectionsPerSource()));
      }
      ProxyConfig config = new ProxyConfig(
          listeners.subList(1, 2),
          free.identities(),
          free.routes(),
          free.upstreams(),
          free.limits(),
          free.timeouts(),
          free.requests(),
          free.runtime(),
          free.diagnostics(),
          free.admin(),
          free.accessLog(),
          free.tracing());
      assertThatThrownBy(() -> DataPlane.start(config, DataPlaneObserver.NONE))
          .isInstanceOf(StartException.class)
          .hasMessageContaining("127.0.0.1:" + taken.getLocalPort())
          .hasMessageContaining("in use");
    }
  }
}
