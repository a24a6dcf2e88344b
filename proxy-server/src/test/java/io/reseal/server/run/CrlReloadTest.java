package io.reseal.server.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reseal.config.read.ConfigResult;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.OpensslClient;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.TestCrl;
import io.reseal.testkit.TestPki;
import io.reseal.testkit.TestPki.Issued;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A CRL that is renewed on disk counts at once, for whoever was let in before too. */
final class CrlReloadTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n";

  private final Issued clients = TestPki.ca("Client CA");
  private final Issued alice =
      TestPki.server("alice").purposes(TestPki.CLIENT_AUTH).issuer(clients).issue();
  private final Issued upstream =
      TestPki.server("up.test").ip("127.0.0.1").issuer(authority()).issue();

  @TempDir
  private Path folder = Path.of("");

  private static Issued authority() {
    return Certificates.DESTINATION.authority();
  }

  @BeforeEach
  void writeFiles() throws IOException {
    TestPki.server("a.test").issuer(Certificates.FRONT.authority()).issue().write(folder, "front");
    Files.writeString(folder.resolve("clients.pem"), clients.chainPem());
    Files.writeString(folder.resolve("ca.pem"), authority().chainPem());
    put("clients.crl", TestCrl.of(clients));
    put("ca.crl", TestCrl.of(authority()));
  }

  /** As those do it who care: whole, and renamed into place. */
  private void put(String name, TestCrl list) throws IOException {
    Path written = Files.writeString(folder.resolve(name + ".new"), list.pem());
    Files.move(written, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
  }

  private ProxyProcess start(RecordingOrigin origin) throws Exception {
    Path yaml = Files.writeString(folder.resolve("reseal.yaml"), """
        listeners:
          - { name: web, address: "127.0.0.1:0", tls: {} }
        identities:
          front:
            certificate: front.crt
            key: front.key
            clientAuth: { ca: clients.pem, crl: clients.crl }
        upstreams:
          origin:
            endpoints: ["%s"]
            tls: { destinationCA: ca.pem, crl: ca.crl }
        routes:
          - { host: a.test, reencrypt: origin }
        admin: { address: "127.0.0.1:0", statusAddress: off }
        """.formatted(origin.endpoint()));
    ConfigSource source = ConfigSource.file(yaml);
    ConfigSource.Reading first = source.read();
    assertThat(first.result()).isInstanceOf(ConfigResult.Valid.class);
    return ProxyProcess.start(source, first, new Termination(), /* watched= */ true);
  }

  private OpensslClient connecting(ProxyProcess proxy) throws IOException {
    return OpensslClient.of(
            folder, Objects.requireNonNull(proxy.addresses().get("web")).getFirst())
        .serverName("a.test");
  }

  private static void until(Callable<Boolean> condition) {
    await().atMost(Duration.ofSeconds(20)).until(condition);
  }

  @Test
  void revokesAClientThatHasASession() throws Exception {
    String session = folder.resolve("session").toString();
    try (RecordingOrigin origin =
            RecordingOrigin.tls(ProxySetup.originIdentity()).start();
        ProxyProcess proxy = start(origin)) {
      assertThat(connecting(proxy)
              .showing(alice)
              .with("-sess_out", session)
              .send(GET)
              .output())
          .contains("HTTP/1.1 200");
      put("clients.crl", TestCrl.of(clients).revoke(alice));
      until(() -> connecting(proxy).showing(alice).send(GET).alert() == 44);
      OpensslClient.Result resuming =
          connecting(proxy).showing(alice).with("-sess_in", session).send(GET);
      assertThat(resuming.output()).doesNotContain("HTTP/1.1");
    }
  }

  @Test
  void revokesAnUpstreamThatIsConnected() throws Exception {
    try (RecordingOrigin origin = RecordingOrigin.tls(upstream.material()).start();
        ProxyProcess proxy = start(origin)) {
      assertThat(connecting(proxy).showing(alice).send(GET).output()).contains("HTTP/1.1 200");
      put("ca.crl", TestCrl.of(authority()).revoke(upstream));
      until(() -> connecting(proxy).showing(alice).send(GET).output().contains("HTTP/1.1 502"));
      assertThat(connecting(proxy).showing(alice).send(GET).output())
          .contains("revoked: ", "key compromise", "ca.crl");
    }
  }
}
