package io.reseal.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.server.kit.Observed;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.Reply;
import io.reseal.testkit.TestPki;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code explain} asked of a proxy that runs. */
final class ExplainRunningTest {
  @TempDir
  private Path folder = Path.of("");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private RecordingOrigin origin = origin();

  private static RecordingOrigin origin() {
    try {
      return RecordingOrigin.tls(ProxySetup.originIdentity()).start();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void writeCertificates() throws IOException {
    TestPki.server("a.test").issuer(Certificates.FRONT.authority()).issue().write(folder, "front");
    Files.writeString(
        folder.resolve("destination-ca.pem"), TestPki.pem(Certificates.DESTINATION.certificate()));
  }

  @AfterEach
  void stop() {
    origin.close();
  }

  private Observed start() throws IOException {
    return Observed.start(folder, """
        listeners: [{name: https, address: "127.0.0.1:0", tls: {}}]
        identities: {front: {certificate: front.crt, key: front.key}}
        routes: [{name: shop, host: a.test, reencrypt: shop}]
        admin: {address: "127.0.0.1:0", statusAddress: off}
        upstreams:
          shop: {endpoints: "127.0.0.1:PORT", tls: {destinationCA: destination-ca.pem}}
        """.replace("PORT", Integer.toString(origin.port())));
  }

  private int execute(String... arguments) {
    CommandLine commandLine = Main.commandLine();
    commandLine.setOut(new PrintWriter(out));
    commandLine.setErr(new PrintWriter(err));
    return commandLine.execute(arguments);
  }

  @Test
  void saysTheSameAsFromTheFile() throws IOException {
    try (Observed proxy = start()) {
      String admin = "http://127.0.0.1:" + proxy.admin().getPort();
      // The running one must need no file.
      String file = folder.resolve("reseal.yaml").toString();
      assertThat(execute("explain", "-c", file, "--live", "https://a.test/cart?x=1"))
          .isZero();
      String fromFile = out.toString();
      out.getBuffer().setLength(0);
      Files.delete(Path.of(file));
      assertThat(execute("explain", "--admin", admin, "--live", "https://a.test/cart?x=1"))
          .as(err.toString())
          .isZero();
      assertThat(out.toString()).isEqualTo(fromFile).contains("upstream", "result: ok");
      assertThat(origin.receivedBytes()).isZero();

      assertThat(execute("explain", "--admin", admin, "--json", "https://b.test/"))
          .isEqualTo(1);
      assertThat(out.toString()).contains("\"result\": \"unknown_server_name\"");
      assertThat(execute("explain", "--admin", admin, "--json", "https://a.test/"))
          .isZero();
    }
  }

  @Test
  void saysWhyItCannot() throws IOException {
    String gone;
    try (Observed proxy = start()) {
      gone = "http://127.0.0.1:" + proxy.admin().getPort();
      assertThat(execute("explain", "--admin", gone, "--listener", "none", "https://a.test/"))
          .isEqualTo(2);
      assertThat(err.toString()).contains("\"none\" is not defined");
      try (RawClient client = RawClient.plain(proxy.admin())) {
        Reply reply = client.exchange("GET /explain HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.bodyText()).contains("/explain?url=https://host/path");
      }
    }
    assertThat(execute("explain", "--admin", gone, "https://a.test/")).isEqualTo(2);
    assertThat(err.toString()).contains("no answer from the admin port");
    assertThat(execute("explain", "--admin", gone, "-c", "x", "https://a.test/"))
        .isEqualTo(2);
    assertThat(err.toString()).contains("mutually exclusive");
    assertThat(execute("explain", "https://a.test/")).isEqualTo(2);
  }
}
