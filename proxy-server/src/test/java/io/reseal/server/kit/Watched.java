package io.reseal.server.kit;

import io.reseal.config.AdminSettings;
import io.reseal.config.AdminSettings.Port;
import io.reseal.config.HostPort;
import io.reseal.core.StartException;
import io.reseal.server.run.ProxyProcess;
import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.ProxyFixture;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.Reply;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/** A proxy in the test's process with its admin and status port, and one origin behind it. */
public final class Watched implements AutoCloseable {
  private static final Port ANY_PORT = new Port.At(new HostPort("127.0.0.1", 0));

  private final RecordingOrigin origin;
  private final ProxyProcess proxy;

  private Watched(RecordingOrigin origin, ProxyProcess proxy) {
    this.origin = origin;
    this.proxy = proxy;
  }

  public static Watched start(UnaryOperator<ProxySetup> change) throws IOException {
    RecordingOrigin origin = RecordingOrigin.tls(ProxySetup.originIdentity()).start();
    ProxySetup setup = ProxySetup.inFrontOf(origin)
        .admin(new AdminSettings(ANY_PORT, ANY_PORT, List.of("admin.example")));
    try {
      return new Watched(origin, ProxyProcess.start(change.apply(setup).config()));
    } catch (StartException refused) {
      throw new AssertionError(refused);
    }
  }

  public RecordingOrigin origin() {
    return origin;
  }

  private InetSocketAddress listener(String name) {
    return Objects.requireNonNull(proxy.addresses().get(name)).getFirst();
  }

  /** A client of the TLS listener, HTTP/1.1. */
  public RawClient client(String serverName) throws IOException {
    return ProxyFixture.hello(serverName)
        .withApplicationProtocols("http/1.1")
        .connect(listener(ProxySetup.HTTPS));
  }

  /** A client of the TLS listener, HTTP/2. */
  public H2RawClient h2Client(String serverName) throws IOException {
    return H2RawClient.connect(ProxyFixture.hello(serverName), listener(ProxySetup.HTTPS));
  }

  /** A client of the cleartext listener. */
  public RawClient plainClient() throws IOException {
    return RawClient.plain(listener(ProxySetup.HTTP));
  }

  /** GET of a path of {@code a.test} on a new TLS connection. */
  public Reply get(String path) throws IOException {
    try (RawClient client = client("a.test")) {
      return client.exchange("GET " + path + " HTTP/1.1\r\nHost: a.test\r\n\r\n");
    }
  }

  /** Where the admin port listens. */
  public InetSocketAddress adminAddress() {
    return proxy.admin().orElseThrow();
  }

  /** What the admin port answers to these bytes. */
  public Reply admin(String request) throws IOException {
    return ask(adminAddress(), request);
  }

  /** What the status port answers to these bytes. */
  public Reply status(String request) throws IOException {
    return ask(proxy.status().orElseThrow(), request);
  }

  /** What an address answers to these bytes. */
  public static Reply ask(InetSocketAddress address, String request) throws IOException {
    try (RawClient client = RawClient.plain(address)) {
      client.sendDespiteClose(request);
      return client.readReply();
    }
  }

  /** What a page of the admin port says. */
  public String page(String path) throws IOException {
    Reply reply = admin("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    if (reply.status() != 200) {
      throw new AssertionError(reply.toString());
    }
    return reply.bodyText();
  }

  /** What Prometheus would read now. */
  public Scrape scrape() throws IOException {
    return Scrape.of(page("/metrics"));
  }

  @Override
  public void close() {
    proxy.close();
    origin.close();
  }
}
