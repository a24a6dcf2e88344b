package io.reseal.server.host;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.HostPort;
import io.reseal.server.kit.Launch;
import io.reseal.server.kit.Program;
import io.reseal.server.kit.Scrape;
import io.reseal.server.kit.Watched;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.Reply;
import io.reseal.testkit.TestPki;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder with a configuration and certificates, and an origin with TLS that {@code a.test} is. */
final class Scene implements AutoCloseable {
  static final String GET = "GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n";

  private final Path folder;
  private final RecordingOrigin origin;
  private String web = "127.0.0.1:0";
  private String admin = "127.0.0.1:0";
  private String endpoint;

  Scene(Path folder) throws IOException {
    this.folder = folder;
    this.origin = RecordingOrigin.tls(ProxySetup.originIdentity()).start();
    HostPort listening = origin.endpoint();
    this.endpoint = listening.host() + ":" + listening.port();
    TestPki.server("a.test").issuer(Certificates.FRONT.authority()).issue().write(folder, "front");
    Files.writeString(
        folder.resolve("destination-ca.pem"), TestPki.pem(Certificates.DESTINATION.certificate()));
  }

  RecordingOrigin origin() {
    return origin;
  }

  Path folder() {
    return folder;
  }

  /** Lets the next configuration listen where a program listens. */
  void listenWhere(Program program) {
    web = "127.0.0.1:" + program.port("web");
    admin = "127.0.0.1:" + program.adminAddress("admin").getPort();
  }

  /** Lets the next configuration listen at another address. */
  void listenAt(String address) {
    web = address;
  }

  /** Lets the next configuration have another endpoint. */
  void endpoint(String address) {
    endpoint = address;
  }

  /** Writes the configuration with something added at its end. */
  Path write(String more) throws IOException {
    return Files.writeString(
        folder.resolve("reseal.yaml"), """
        listeners:
          - name: web
            address: "%s"
            tls: {}
        identities:
          front: { certificate: front.crt, key: front.key }
        routes:
          - host: a.test
            reencrypt: origin
        upstreams:
          origin:
            endpoints: ["%s"]
            tls: { destinationCA: destination-ca.pem }
        admin: { address: "%s", statusAddress: off }
        """.formatted(web, endpoint, admin) + more);
  }

  /** Starts the program with what was written. */
  Program run(Launch launch, String... more) throws IOException {
    String[] arguments = new String[more.length + 3];
    arguments[0] = "run";
    arguments[1] = "-c";
    arguments[2] = folder.resolve("reseal.yaml").toString();
    System.arraycopy(more, 0, arguments, 3, more.length);
    return launch.start(arguments);
  }

  static InetSocketAddress web(Program program) {
    return loopback(program.port("web"));
  }

  static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port);
  }

  static RawClient client(InetSocketAddress web) throws IOException {
    return RawClient.Hello.of(Certificates.FRONT.certificate(), "a.test")
        .withApplicationProtocols("http/1.1")
        .connect(web);
  }

  static H2RawClient h2Client(InetSocketAddress web) throws IOException {
    return H2RawClient.connect(RawClient.Hello.of(Certificates.FRONT.certificate(), "a.test"), web);
  }

  /** GET on a connection of its own. */
  static Reply get(InetSocketAddress web) throws IOException {
    try (RawClient client = client(web)) {
      return client.exchange(GET);
    }
  }

  static Reply health(InetSocketAddress admin) throws IOException {
    return Watched.ask(admin, "GET /healthz/ready HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }

  static Scrape scrape(InetSocketAddress admin) throws IOException {
    Reply reply = Watched.ask(admin, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertThat(reply.status()).isEqualTo(200);
    return Scrape.of(reply.bodyText());
  }

  @Override
  public void close() {
    origin.close();
  }
}
