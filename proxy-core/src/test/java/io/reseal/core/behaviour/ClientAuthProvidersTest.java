package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.ClientAuth;
import io.reseal.config.ClientAuth.ForwardedFields;
import io.reseal.config.ClientAuth.Mode;
import io.reseal.config.RuntimeSettings;
import io.reseal.config.RuntimeSettings.TlsProvider;
import io.reseal.config.RuntimeSettings.Transport;
import io.reseal.config.ServerIdentity;
import io.reseal.core.DataPlane;
import io.reseal.core.failure.Refusal;
import io.reseal.core.observe.DataPlaneObserver;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.OpensslClient;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.TestCrl;
import io.reseal.testkit.TestPki;
import io.reseal.testkit.TestPki.Issued;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Certificates of clients with both TLS libraries: the same verdicts, and none outlived. */
final class ClientAuthProvidersTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n";
  private static final Issued CLIENTS = TestPki.ca("Client CA");

  private final List<String> refused = new CopyOnWriteArrayList<>();

  @TempDir
  Path folder;

  private DataPlane start(TlsProvider provider, Mode mode, RecordingOrigin origin)
      throws Exception {
    ClientAuth clients = new ClientAuth.Asked(
        mode,
        List.of(CLIENTS.certificate()),
        "clients.pem",
        List.of(TestCrl.of(CLIENTS).list()),
        List.of(ForwardedFields.X_SSL_CLIENT));
    ProxySetup setup = new ProxySetup()
        .runtime(new RuntimeSettings(Transport.NIO, provider, 1))
        .identity(new ServerIdentity(
            "front", List.of("a.test"), List.of(Certificates.FRONT.issue("a.test")), clients))
        .upstream("origin", origin)
        .reencrypt("a.test", "origin");
    return DataPlane.start(setup.config(), new DataPlaneObserver() {
      @Override
      public void connectionRefused(String listener, String peer, Refusal refusal) {
        refused.add(refusal.token());
      }
    });
  }

  private OpensslClient connecting(DataPlane proxy, String version) throws IOException {
    return OpensslClient.of(
            folder,
            Objects.requireNonNull(proxy.addresses().get(ProxySetup.HTTPS)).getFirst())
        .serverName("a.test")
        .with("-" + version);
  }

  private static TestPki.Request client(String name) {
    return TestPki.server(name).purposes(TestPki.CLIENT_AUTH).issuer(CLIENTS);
  }

  @ParameterizedTest
  @CsvSource({
    "JDK, REQUIRED, good, tls1_2, ''",
    "JDK, REQUIRED, good, tls1_3, ''",
    "JDK, OPTIONAL, none, tls1_2, ''",
    "JDK, OPTIONAL, none, tls1_3, ''",
    "JDK, REQUIRED, none, tls1_2, no_certificate",
    "JDK, REQUIRED, none, tls1_3, no_certificate",
    "JDK, REQUIRED, expired, tls1_2, expired",
    "JDK, OPTIONAL, expired, tls1_3, expired",
    "JDK, OPTIONAL, stranger, tls1_2, unknown_issuer",
    "JDK, REQUIRED, stranger, tls1_3, unknown_issuer",
  })
  void judgesAlike(TlsProvider provider, Mode mode, String who, String version, String reason)
      throws Exception {
    try (RecordingOrigin origin =
            RecordingOrigin.tls(ProxySetup.originIdentity()).start();
        DataPlane proxy = start(provider, mode, origin)) {
      OpensslClient client = connecting(proxy, version);
      switch (who) {
        case "good" -> client.showing(client("good").issue());
        case "expired" ->
          client.showing(
              client("expired").validUntil(Instant.now().minusSeconds(1)).issue());
        case "stranger" ->
          client.showing(client("stranger").issuer(TestPki.ca("Another CA")).issue());
        default -> {}
      }
      OpensslClient.Result result = client.send(GET);
      if (reason.isEmpty()) {
        assertThat(result.output()).contains("HTTP/1.1 200");
        assertThat(origin.lastRequest().fields().all("x-ssl-client-verify"))
            .containsExactly(who.equals("none") ? "NONE" : "SUCCESS");
        return;
      }
      Await.until(() -> !refused.isEmpty());
      assertThat(refused).containsExactly(reason);
      assertThat(result.output()).doesNotContain("HTTP/1.1");
      assertThat(origin.requests()).isEmpty();
    }
  }

  /** A session must not let a certificate live on after its end. */
  @ParameterizedTest
  @CsvSource({
    "BORINGSSL, REQUIRED, tls1_2",
    "BORINGSSL, REQUIRED, tls1_3",
    "BORINGSSL, OPTIONAL, tls1_3",
    "JDK, REQUIRED, tls1_2",
    "JDK, REQUIRED, tls1_3",
  })
  void verifiesAgainWhenASessionIsResumed(TlsProvider provider, Mode mode, String version)
      throws Exception {
    Instant end = Instant.now().plus(Duration.ofSeconds(3));
    String session = folder.resolve("session").toString();
    try (RecordingOrigin origin =
            RecordingOrigin.tls(ProxySetup.originIdentity()).start();
        DataPlane proxy = start(provider, mode, origin)) {
      assertThat(connecting(proxy, version)
              .showing(client("brief").validUntil(end).issue())
              .with("-sess_out", session)
              .send(GET)
              .output())
          .contains("HTTP/1.1 200");
      assertThat(connecting(proxy, version).with("-sess_in", session).send(GET).resumed())
          .isTrue();
      int before = origin.requests().size();
      Await.until(() -> Instant.now().isAfter(end));
      OpensslClient.Result result =
          connecting(proxy, version).with("-sess_in", session).send(GET);
      assertThat(result.output()).doesNotContain("HTTP/1.1");
      assertThat(refused).containsExactly("expired");
      assertThat(origin.requests()).hasSize(before);
    }
  }
}
