package io.reseal.server.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.core.tls.OpensslServer;
import io.reseal.server.kit.Proxy;
import io.reseal.testkit.TestPki;
import io.reseal.testkit.TestPki.Issued;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What trial connections tell about real TLS servers and listeners, good and bad. */
final class DoctorLiveTest {
  private static final Issued CA = TestPki.ca("Upstream CA");
  private static final String TRUST = "destinationCA: ca.pem, serverName: app.example";

  @TempDir
  private Path folder = Path.of("");

  private Patient patient = new Patient(folder);

  @BeforeEach
  void admit() throws IOException {
    patient = new Patient(folder);
    patient.identity("shop", TestPki.server("shop.example").issue());
    patient.write("ca.pem", CA.chainPem());
  }

  private static Issued app() {
    return TestPki.server("app.example").issuer(CA).issue();
  }

  private Finding endpoint(int port, String tls) throws IOException {
    Report report = patient.examineLive(Patient.reencrypting(port, tls));
    return report.findings().stream()
        .filter(finding -> finding.kind() == Kind.ENDPOINT || finding.kind() == Kind.ENDPOINT_TLS)
        .reduce((one, other) -> {
          throw new AssertionError(report.table());
        })
        .orElseThrow(() -> new AssertionError(report.table()));
  }

  private Finding refused(int port, String verdict) throws IOException {
    Finding finding = endpoint(port, TRUST);
    assertThat(finding.severity()).isEqualTo(Severity.ERROR);
    assertThat(finding.what()).startsWith(verdict + ": ");
    assertThat(finding.fix()).isNotEmpty();
    assertThat(finding.place().path()).isEqualTo("upstreams.app.endpoints");
    assertThat(finding.facts()).containsEntry("verdict", verdict);
    return finding;
  }

  // ---- upstreams

  @Test
  void seesAGoodUpstreamOfTheJdkAndSendsItNothing() throws IOException {
    try (JdkServer server = JdkServer.tls(app(), socket -> {})) {
      Finding finding = endpoint(server.port(), TRUST);
      assertThat(finding.severity()).isEqualTo(Severity.NOTE);
      assertThat(finding.what()).contains("verified, TLSv1.3, certificate valid until");
      assertThat(finding.facts())
          .containsEntry("subject", "CN=app.example")
          .containsEntry("issuer", "CN=Upstream CA")
          .containsEntry("protocol", "TLSv1.3");
      assertThat(server.received()).isZero();
    }
  }

  @Test
  void seesAGoodUpstreamOverTls12() throws IOException {
    try (JdkServer server =
        JdkServer.tls(app(), socket -> socket.setEnabledProtocols(new String[] {"TLSv1.2"}))) {
      assertThat(endpoint(server.port(), TRUST).what()).contains("verified, TLSv1.2");
    }
  }

  @Test
  void seesAnExpiredCertificate() throws IOException {
    Issued expired = TestPki.server("app.example")
        .issuer(CA)
        .validUntil(Instant.now().minusSeconds(60))
        .issue();
    try (OpensslServer server = OpensslServer.start(folder, expired)) {
      Finding finding = refused(server.port(), "expired");
      assertThat(finding.facts()).containsKey("valid until");
    }
  }

  @Test
  void warnsOfAnUpstreamThatExpiresSoon() throws IOException {
    Issued soon = TestPki.server("app.example")
        .issuer(CA)
        .validFrom(Instant.now().minus(Duration.ofDays(80)))
        .validUntil(Instant.now().plus(Duration.ofDays(3)))
        .issue();
    try (JdkServer server = JdkServer.tls(soon, socket -> {})) {
      Report report = patient.examineLive(Patient.reencrypting(server.port(), TRUST));
      assertThat(Patient.only(report, Kind.EXPIRES_SOON).what()).contains("less than 7 days");
      assertThat(report.exitCode()).isEqualTo(1);
    }
  }

  @Test
  void seesAnotherNameAndAcceptsItOnceTheAdviceWasFollowed() throws IOException {
    Issued other = TestPki.server("other.example").issuer(CA).issue();
    try (JdkServer server = JdkServer.tls(other, socket -> {})) {
      Finding finding = refused(server.port(), "name_mismatch");
      assertThat(finding.what()).contains("is for other.example (accepted: app.example)");
      assertThat(finding.fix()).contains("acceptedNames");
      assertThat(endpoint(server.port(), TRUST + ", acceptedNames: [\"other.example\"]")
              .severity())
          .isEqualTo(Severity.NOTE);
    }
  }

  @Test
  void seesAnUnknownIssuer() throws IOException {
    Issued stranger =
        TestPki.server("app.example").issuer(TestPki.ca("Somebody Else")).issue();
    try (OpensslServer server = OpensslServer.start(folder, stranger)) {
      assertThat(refused(server.port(), "unknown_issuer").what())
          .contains("CN=Somebody Else", "CN=Upstream CA");
    }
  }

  @Test
  void seesASelfSignedCertificate() throws IOException {
    try (JdkServer server = JdkServer.tls(TestPki.server("app.example").issue(), socket -> {})) {
      refused(server.port(), "self_signed");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_2", "-tls1_3"})
  void seesThatAClientCertificateIsDemanded(String version) throws IOException {
    try (OpensslServer server =
        OpensslServer.start(folder, app(), "-Verify", "1", "-verify_return_error", version)) {
      refused(server.port(), "client_certificate_required");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_2", "-tls1_3"})
  void seesThatAClientCertificateIsOnlyAskedFor(String version) throws IOException {
    try (OpensslServer server = OpensslServer.start(folder, app(), "-verify", "1", version)) {
      assertThat(endpoint(server.port(), TRUST).severity()).isEqualTo(Severity.NOTE);
    }
  }

  @Test
  void seesCleartextOnTheTlsPort() throws IOException {
    try (JdkServer server = JdkServer.cleartext()) {
      refused(server.port(), "plaintext_on_tls_port");
    }
  }

  @Test
  void seesThatNobodyListens() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      port = free.getLocalPort();
    }
    Finding finding = refused(port, "refused");
    assertThat(finding.kind()).isEqualTo(Kind.ENDPOINT);
    assertThat(finding.fix()).contains("start the upstream");
  }

  @Test
  void saysThatAnUnverifiedUpstreamIsNotVerified() throws IOException {
    try (JdkServer server = JdkServer.tls(TestPki.server("any.example").issue(), socket -> {})) {
      assertThat(endpoint(server.port(), "skipVerification: true").what())
          .contains("NOT verified, TLSv1.3");
    }
  }

  @Test
  void asksForTheHostOfTheRequestWhereThatIsConfigured() throws IOException {
    Issued shop = TestPki.server("shop.example").issuer(CA).issue();
    try (JdkServer server = JdkServer.tls(shop, socket -> {})) {
      assertThat(endpoint(server.port(), "destinationCA: ca.pem, serverNameFrom: request")
              .what())
          .contains("verified, TLSv1.3 for shop.example");
    }
  }

  @Test
  void connectsToOffloadedAndPassedThroughEndpoints() throws IOException {
    try (JdkServer server = JdkServer.cleartext()) {
      Report report =
          patient.examineLive(Patient.LISTENER + """
          identities:
            shop: { certificate: shop.crt, key: shop.key }
          routes:
            - { host: shop.example, offload: plain }
            - { host: pass.example, passthrough: raw }
          upstreams:
            plain: { endpoints: ["127.0.0.1:%d"] }
            raw: { endpoints: ["127.0.0.1:%d"] }
          """.formatted(server.port(), server.port()));
      assertThat(report.exitCode()).as(report.table()).isZero();
      assertThat(report.table()).contains("in cleartext", "its TLS is its clients' matter");
      assertThat(server.received()).isZero();
    }
  }

  // ---- listeners

  private String onPort(int port) {
    return Patient.yaml("shop.example").replace("127.0.0.1:0", "127.0.0.1:" + port);
  }

  private Finding listener(String yaml) throws IOException {
    return Patient.only(patient.examineLive(yaml), Kind.LISTENER);
  }

  @Test
  void seesThatAnAddressIsFree() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      port = free.getLocalPort();
    }
    assertThat(listener(onPort(port)).what()).contains("free, can be listened on");
    assertThat(listener(onPort(0)).what()).contains("any free port");
  }

  @Test
  void recognisesARunningProxyAndAnOutdatedOne() throws Exception {
    try (Proxy proxy = Proxy.start(folder, Patient.yaml("shop.example"))) {
      String yaml = onPort(proxy.port("web"));
      Files.deleteIfExists(patient.path("reseal.yaml"));
      Finding same = listener(yaml);
      assertThat(same.severity()).isEqualTo(Severity.NOTE);
      assertThat(same.what()).contains("answers TLS with the configured certificate");
      patient.identity("shop", TestPki.server("shop.example").issue());
      Finding other = listener(yaml);
      assertThat(other.severity()).isEqualTo(Severity.WARNING);
      assertThat(other.what()).contains("with another certificate for shop.example");
      assertThat(other.command()).contains("sport = :" + proxy.port("web"));
    }
  }

  @Test
  void seesThatSomebodyElseHasThePort() throws IOException {
    try (JdkServer server = JdkServer.cleartext()) {
      Finding finding = listener(onPort(server.port()));
      assertThat(finding.severity()).isEqualTo(Severity.ERROR);
      assertThat(finding.what()).contains("in use, and does not answer TLS for shop.example");
      String cleartext = """
          listeners: [{ name: web, address: "127.0.0.1:%d" }]
          routes: [{ host: "*", redirect: {} }]
          """.formatted(server.port());
      assertThat(listener(cleartext).what()).contains("in use, and takes connections");
    }
  }

  @Test
  void seesAnAddressThatThisMachineDoesNotHave() throws IOException {
    Finding finding =
        listener(Patient.yaml("shop.example").replace("127.0.0.1:0", "192.0.2.1:8443"));
    assertThat(finding.severity()).isEqualTo(Severity.ERROR);
    assertThat(finding.what()).contains("does not have the address");
  }
}
