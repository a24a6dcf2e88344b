package io.reseal.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.server.kit.Program;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.OriginConnection;
import io.reseal.testkit.Pattern;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.TestPki;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A folder with a configuration and certificates, and the origins behind it: {@code a.test} is
 * re-encrypted, {@code p.test} passed through. Its slow answers wait until they are let go.
 */
final class Site implements AutoCloseable {
  static final int BODY_BYTES = 8 << 20;
  private static final String SWITCHING =
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
          + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

  private final Path folder;
  private final RecordingOrigin origin;
  private final RecordingOrigin through;
  private final CountDownLatch answer = new CountDownLatch(1);

  Site(Path folder) throws IOException {
    this.folder = folder;
    this.origin = RecordingOrigin.tls(ProxySetup.originIdentity()).start();
    this.through = RecordingOrigin.tls(Certificates.DESTINATION.issue("p.test")).start();
    origin.on("/slow", (connection, head) -> {
      connection.receive(head);
      awaitAnswer();
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone");
    });
    origin.on("/download", (connection, head) -> {
      connection.receive(head);
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + BODY_BYTES + "\r\n\r\n");
      byte[] body = Pattern.first(BODY_BYTES);
      sendPart(connection, body, 0, BODY_BYTES / 2);
      awaitAnswer();
      sendPart(connection, body, BODY_BYTES / 2, BODY_BYTES);
    });
    origin.on("/upload", (connection, head) -> {
      byte[] body = connection.receive(head).body();
      String text = body.length + " bytes";
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: " + text.length() + "\r\n\r\n" + text);
    });
    origin.on("/ws", (connection, head) -> {
      connection.respond(head, SWITCHING);
      connection.reader().rest().transferTo(connection.out());
      connection.close();
    });
    TestPki.server("a.test", "localhost")
        .issuer(Certificates.FRONT.authority())
        .issue()
        .write(folder, "front");
    Files.writeString(
        folder.resolve("destination-ca.pem"), TestPki.pem(Certificates.DESTINATION.certificate()));
    write("");
  }

  private static void sendPart(OriginConnection connection, byte[] body, int from, int to)
      throws IOException {
    connection.send(java.util.Arrays.copyOfRange(body, from, to));
  }

  private void awaitAnswer() throws InterruptedException {
    assertThat(answer.await(60, TimeUnit.SECONDS)).isTrue();
  }

  /** Lets the slow answers go. */
  void answer() {
    answer.countDown();
  }

  /** Writes the configuration with something added at its end. */
  Path write(String more) throws IOException {
    return Files.writeString(yaml(), """
        listeners:
          - name: web
            address: 127.0.0.1:0
            tls: {}
        identities:
          front: { certificate: front.crt, key: front.key }
        routes:
          - host: [a.test, localhost]
            reencrypt: origin
          - host: p.test
            passthrough: through
        upstreams:
          origin:
            endpoints: ["%s"]
            tls: { destinationCA: destination-ca.pem }
          through:
            endpoints: ["%s"]
        admin: { address: "127.0.0.1:0", statusAddress: "127.0.0.1:0" }
        """.formatted(origin.endpoint(), through.endpoint()) + more);
  }

  Path yaml() {
    return folder.resolve("reseal.yaml");
  }

  /** Where successors come. */
  Path handover() {
    return folder.resolve("handover");
  }

  /** Starts the program. */
  Program run(String... more) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("run", "-c", yaml().toString()));
    arguments.addAll(List.of(more));
    return Program.start(arguments.toArray(String[]::new));
  }

  /** Starts the program so that a successor can take over, and waits until one could. */
  Program runForHandover() throws IOException {
    Program program = run("--handover", handover().toString());
    program.awaitLine("a successor can take over");
    return program;
  }

  static InetSocketAddress web(Program program) {
    return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), program.port("web"));
  }

  static RawClient client(InetSocketAddress web) throws IOException {
    return RawClient.Hello.of(Certificates.FRONT.certificate(), "a.test")
        .withApplicationProtocols("http/1.1")
        .connect(web);
  }

  static H2RawClient h2Client(InetSocketAddress web) throws IOException {
    return H2RawClient.connect(RawClient.Hello.of(Certificates.FRONT.certificate(), "a.test"), web);
  }

  /** A client that the proxy passes through. */
  static RawClient throughClient(InetSocketAddress web) throws IOException {
    return RawClient.Hello.of(Certificates.DESTINATION.certificate(), "p.test")
        .withApplicationProtocols("http/1.1")
        .connect(web);
  }

  /** How many requests the origin has received whole. */
  int received() {
    return origin.requests().size();
  }

  @Override
  public void close() {
    answer();
    origin.close();
    through.close();
  }
}
