package io.reseal.core.behaviour;

import io.reseal.config.HostPort;
import io.reseal.config.TlsVersions;
import io.reseal.config.TrustAnchors;
import io.reseal.config.UpstreamTls;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.JdkTls;
import io.reseal.testkit.ProxyFixture;
import io.reseal.testkit.ProxySetup;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** A proxy in a process of its own with a heap, and direct memory, of 64 MiB. */
final class SmallHeapProxy implements AutoCloseable {
  private static final String HEAP = "-Xmx64m";

  private final Process process;
  private final InetSocketAddress address;
  private final X509Certificate frontCa;

  private SmallHeapProxy(Process process, InetSocketAddress address, X509Certificate frontCa) {
    this.process = process;
    this.address = address;
    this.frontCa = frontCa;
  }

  /** Starts it in front of an endpoint whose certificate is by the destination CA. */
  static SmallHeapProxy start(HostPort endpoint, Path directory) throws Exception {
    Path ca = Files.write(
        directory.resolve("destination-ca.der"),
        Certificates.DESTINATION.certificate().getEncoded());
    Process process = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            HEAP,
            "-XX:+ExitOnOutOfMemoryError",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-cp",
            System.getProperty("java.class.path"),
            SmallHeapProxy.class.getName(),
            ca.toString(),
            String.valueOf(endpoint.port()))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
    BufferedReader out = process.inputReader(StandardCharsets.US_ASCII);
    String line = Objects.requireNonNull(out.readLine(), "the proxy did not start");
    int space = line.indexOf(' ');
    byte[] frontCa = Base64.getDecoder().decode(line.substring(space + 1));
    return new SmallHeapProxy(
        process,
        new InetSocketAddress(
            InetAddress.ofLiteral("127.0.0.1"), Integer.parseInt(line.substring(0, space))),
        JdkTls.certificate(frontCa));
  }

  InetSocketAddress address() {
    return address;
  }

  X509Certificate frontCa() {
    return frontCa;
  }

  /** The most resident memory so far, in KiB; 0 where the system does not say. */
  long peakResidentKib() throws IOException {
    Path status = Path.of("/proc", String.valueOf(process.pid()), "status");
    if (!Files.exists(status)) {
      return 0;
    }
    return Files.readAllLines(status).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
        .findFirst()
        .orElse(0);
  }

  /** Ends it, and requires that it ended well. */
  @Override
  public void close() throws IOException {
    process.outputWriter(StandardCharsets.US_ASCII).close();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("the proxy did not end");
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
    if (process.exitValue() != 0) {
      throw new AssertionError("the proxy ended with " + process.exitValue());
    }
  }

  /** The other process: the path of the destination CA and the port of the origin. */
  public static void main(String[] arguments) throws Exception {
    X509Certificate ca = JdkTls.certificate(Files.readAllBytes(Path.of(arguments[0])));
    UpstreamTls tls = new UpstreamTls(
        new TrustAnchors.DestinationCa(List.of(ca), arguments[0]),
        new UpstreamTls.ServerNameSent.EndpointName(),
        List.of(),
        false,
        TlsVersions.MODERN);
    try (ProxyFixture proxy = new ProxySetup()
        .identity("front", "a.test")
        .reencrypt("a.test", "origin")
        .upstream("origin", tls, new HostPort("127.0.0.1", Integer.parseInt(arguments[1])))
        .start()) {
      String frontCa =
          Base64.getEncoder().encodeToString(Certificates.FRONT.certificate().getEncoded());
      System.out.println(proxy.https().getPort() + " " + frontCa);
      while (System.in.read() >= 0) {
        // Lives until the test closes its end.
      }
    }
  }
}
