package io.reseal.server.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.testkit.TestCrl;
import io.reseal.testkit.TestPki;
import io.reseal.testkit.TestPki.Issued;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Findings on client certificates: the CAs, the CRLs and the identity shown to upstreams. */
final class DoctorClientTest {
  private static final Instant NOW = Instant.now();

  @TempDir
  Path folder;

  private Patient patient = new Patient(Path.of(""));
  private final Issued clients = TestPki.ca("Client CA");

  @BeforeEach
  void admit() throws IOException {
    patient = new Patient(folder);
    patient.identity("shop", TestPki.server("shop.example").issue());
    patient.write("clients.pem", clients.chainPem());
    patient.write("ca.pem", TestPki.ca("Good CA").chainPem());
  }

  private Report examine(String clientAuth, String tls) throws IOException {
    return patient.examine(Patient.reencrypting(8443, "destinationCA: ca.pem" + tls)
        .replace("key: shop.key", "key: shop.key" + clientAuth));
  }

  private Report clients(String keys) throws IOException {
    return examine(", clientAuth: { ca: clients.pem" + keys + " }", "");
  }

  private Report identity(Issued shown) throws IOException {
    patient.identity("client", shown);
    return examine("", ", clientIdentity: { certificate: client.crt, key: client.key }");
  }

  private TestPki.Request good() {
    return TestPki.server("reseal").purposes(TestPki.CLIENT_AUTH).issuer(clients);
  }

  @Test
  void findsNothingWhereNothingIsWrong() throws IOException {
    patient.write("clients.crl", TestCrl.of(clients).pem());
    assertThat(clients(", crl: clients.crl").findings()).isEmpty();
    assertThat(identity(good().issue()).findings()).isEmpty();
  }

  @Test
  void findsAnExpiredClientCa() throws IOException {
    patient.write(
        "clients.pem",
        TestPki.authority("Old CA").validUntil(NOW.minusSeconds(9)).issue().chainPem());
    Finding finding = Patient.only(clients(""));
    assertThat(finding.kind()).isEqualTo(Kind.EXPIRED);
    assertThat(finding.place().path()).isEqualTo("identities.shop.clientAuth.ca");
    assertThat(finding.fix()).contains("every client signed by this one fails");
  }

  @Test
  void findsALeafAndAKeyAmongTheClientCas() throws IOException {
    Issued leaf = good().issue();
    patient.write("clients.pem", clients.chainPem() + TestPki.pem(leaf.certificate()));
    Finding finding = Patient.only(clients(""));
    assertThat(finding.kind()).isEqualTo(Kind.NOT_A_CA);
    assertThat(finding.what()).contains("CN=reseal", "identity \"shop\"");
    patient.write("clients.pem", clients.chainPem() + clients.keyPem());
    assertThat(Patient.only(clients("")).kind()).isEqualTo(Kind.KEY_IN_CA_FILE);
  }

  @Test
  void findsAnOutdatedCrl() throws IOException {
    patient.write("clients.crl", TestCrl.of(clients).until(NOW.minusSeconds(9)).pem());
    Finding finding = Patient.only(clients(", crl: clients.crl"));
    assertThat(finding.kind()).isEqualTo(Kind.CRL_EXPIRED);
    assertThat(finding.severity()).isEqualTo(Severity.ERROR);
    assertThat(finding.place().path()).isEqualTo("identities.shop.clientAuth.crl");
  }

  @Test
  void warnsOfACrlThatMustBeRenewedSoon() throws IOException {
    patient.write(
        "clients.crl",
        TestCrl.of(clients)
            .from(NOW.minus(Duration.ofDays(6)))
            .until(NOW.plus(Duration.ofDays(1)))
            .pem());
    Finding finding = Patient.only(clients(", crl: clients.crl"));
    assertThat(finding.kind()).isEqualTo(Kind.CRL_EXPIRES_SOON);
    assertThat(finding.severity()).isEqualTo(Severity.WARNING);
  }

  @Test
  void findsAnOutdatedCrlOfAnUpstream() throws IOException {
    Issued ca = TestPki.ca("Upstream CA");
    patient.write("ca.pem", ca.chainPem());
    patient.write("ca.crl", TestCrl.of(ca).until(NOW.minusSeconds(9)).pem());
    Finding finding = Patient.only(examine("", ", crl: [ca.crl]"));
    assertThat(finding.kind()).isEqualTo(Kind.CRL_EXPIRED);
    assertThat(finding.place().path()).isEqualTo("upstreams.app.tls.crl");
  }

  @Test
  void findsAnExpiredClientIdentity() throws IOException {
    Finding finding =
        Patient.only(identity(good().validUntil(NOW.minusSeconds(9)).issue()));
    assertThat(finding.kind()).isEqualTo(Kind.EXPIRED);
    assertThat(finding.place().path()).isEqualTo("upstreams.app.tls.clientIdentity.certificate");
    assertThat(finding.command()).startsWith("openssl req -new -key");
  }

  @Test
  void findsAClientIdentityThatIsForServers() throws IOException {
    Finding finding = Patient.only(identity(
        TestPki.server("reseal").purposes(TestPki.SERVER_AUTH).issuer(clients).issue()));
    assertThat(finding.kind()).isEqualTo(Kind.WRONG_USAGE);
    assertThat(finding.fix()).contains("clientAuth");
  }

  @Test
  void findsAClientKeyThatEverybodyCanRead() throws Exception {
    patient.identity("client", good().issue());
    Files.setPosixFilePermissions(
        patient.path("client.key"), PosixFilePermissions.fromString("rw-r--r--"));
    String tls = ", clientIdentity: { certificate: client.crt, key: client.key }";
    Finding finding = Patient.only(examine("", tls));
    assertThat(finding.kind()).isEqualTo(Kind.READABLE_KEY);
    assertThat(finding.place().path()).isEqualTo("upstreams.app.tls.clientIdentity.key");
    patient.apply(finding);
    assertThat(examine("", tls).findings()).isEmpty();
  }
}
