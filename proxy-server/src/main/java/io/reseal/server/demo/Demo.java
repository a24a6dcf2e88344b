package io.reseal.server.demo;

import io.reseal.config.Problem;
import io.reseal.config.read.ConfigResult;
import io.reseal.core.StartException;
import io.reseal.server.run.ConfigSource;
import io.reseal.server.run.ProxyProcess;
import io.reseal.server.run.Termination;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A proxy and its upstreams in one process, with certificates of their own. */
public final class Demo implements AutoCloseable {
  private static final int HTTPS_PORT = 8443;
  private static final int HTTP_PORT = 8080;
  private static final int ADMIN_PORT = 9901;

  private final Deque<AutoCloseable> parts;
  private final ProxyProcess proxy;
  private final DemoGuide guide;

  private Demo(Deque<AutoCloseable> parts, ProxyProcess proxy, DemoGuide guide) {
    this.parts = parts;
    this.proxy = proxy;
    this.guide = guide;
  }

  /** Which ports a demonstration listens on. */
  public enum PortChoice {
    /** The usual ones, or others where they are taken. */
    PREFER_USUAL,
    /** Whatever is free, so that many can run side by side. */
    TAKE_FREE
  }

  /**
   * Starts everything.
   *
   * @param folder where certificates and configuration are kept; null for a temporary one. Changes
   *     there are taken up
   * @param address to listen on; where others than this machine may come, the CAs are handed out
   */
  public static Demo start(
      @Nullable Path folder, InetAddress address, PortChoice ports, Termination termination)
      throws IOException, GeneralSecurityException, StartException {
    Deque<AutoCloseable> parts = new ArrayDeque<>();
    try {
      DemoFiles files = folder == null ? DemoFiles.temporary() : DemoFiles.in(folder);
      parts.push(files);
      DemoConfig.Upstreams upstreams = startUpstreams(files, parts);
      DemoConfig.Ports own = switch (ports) {
        case PREFER_USUAL ->
          new DemoConfig.Ports(
              freePort(address, HTTPS_PORT),
              freePort(address, HTTP_PORT),
              freePort(address, ADMIN_PORT));
        // The redirect must name the port of https; the others are told by those who listen.
        case TAKE_FREE -> new DemoConfig.Ports(freePort(address, 0), 0, 0);
      };
      files.write("reseal.yaml", DemoConfig.yaml(address, own, upstreams));
      ConfigSource source = ConfigSource.file(files.path("reseal.yaml"));
      ProxyProcess proxy =
          ProxyProcess.start(source, read(source), termination, /* watched= */ true);
      parts.push(proxy);
      DemoGuide guide = new DemoGuide(
          files,
          port(proxy, "https"),
          port(proxy, "http"),
          proxy.admin().orElseThrow().getPort(),
          /* handedOut= */ !address.isLoopbackAddress());
      return new Demo(parts, proxy, guide);
    } catch (IOException | GeneralSecurityException | StartException | RuntimeException failed) {
      closeAll(parts);
      throw failed;
    }
  }

  private static DemoConfig.Upstreams startUpstreams(DemoFiles files, Deque<AutoCloseable> parts)
      throws IOException, GeneralSecurityException {
    DemoPki front = DemoPki.authority("CN=Front CA, O=Demo Shop");
    DemoPki destination = DemoPki.authority("CN=Destination CA, O=Demo Operations");
    DemoPki other = DemoPki.authority("CN=Some other CA, O=Somebody else");
    files.write("front-ca.pem", front.pem());
    files.write("destination-ca.pem", destination.pem());
    files.writeSecret(
        "front.pem",
        front.issue("shop.demo.test", "legacy.demo.test", "broken.demo.test").toPem());
    DemoUpstream catalog = DemoUpstream.encrypted("catalog", destination.issue("catalog.internal"));
    parts.push(catalog);
    DemoUpstream cart =
        DemoUpstream.encrypted("cart", destination.issue("cart.internal", "pass.demo.test"));
    parts.push(cart);
    DemoUpstream impostor = DemoUpstream.encrypted("impostor", other.issue("catalog.internal"));
    parts.push(impostor);
    DemoUpstream legacy = DemoUpstream.cleartext("legacy");
    parts.push(legacy);
    legacy.handOut("/front-ca.pem", front.pem());
    legacy.handOut("/destination-ca.pem", destination.pem());
    return new DemoConfig.Upstreams(catalog.port(), cart.port(), impostor.port(), legacy.port());
  }

  /** The usual port, or another one if it is taken. */
  private static int freePort(InetAddress address, int usual) throws IOException {
    try (ServerSocket probe = new ServerSocket(usual, 1, address)) {
      return probe.getLocalPort();
    } catch (IOException taken) {
      try (ServerSocket probe = new ServerSocket(0, 1, address)) {
        return probe.getLocalPort();
      }
    }
  }

  private static ConfigSource.Reading read(ConfigSource source) throws StartException {
    ConfigSource.Reading reading = source.read();
    if (reading.result() instanceof ConfigResult.Invalid(List<Problem> problems, var ignored)) {
      throw new StartException(problems);
    }
    return reading;
  }

  private static int port(ProxyProcess proxy, String listener) {
    return Objects.requireNonNull(proxy.addresses().get(listener)).getFirst().getPort();
  }

  /** What there is to try. */
  public DemoGuide guide() {
    return guide;
  }

  /** Tells the user what to try, waits for the end, and finishes the work under way. */
  public void serve(PrintWriter out, Termination termination) throws InterruptedException {
    guide.print(out);
    termination.await();
    proxy.drain(Duration.ZERO, Duration.ofSeconds(5), termination);
  }

  @Override
  public void close() {
    closeAll(parts);
  }

  private static void closeAll(Deque<AutoCloseable> parts) {
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception left) {
        System.getLogger(Demo.class.getName())
            .log(System.Logger.Level.WARNING, "the demo left something behind", left);
      }
    }
  }
}
