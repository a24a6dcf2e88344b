package io.reseal.server.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.core.tls.OpensslServer;
import io.reseal.testkit.TestPki;
import io.reseal.testkit.TestPki.Issued;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is found about the verification of upstreams, and that the fixes mend it. */
final class DoctorUpstreamTest {
  private static final Instant NOW = Instant.now();
  private static final String CA = "destinationCA: ca.pem, serverName: app.example";

  @TempDir
  private Path folder = Path.of("");

  private Patient patient = new Patient(folder);

  @BeforeEach
  void admit() throws IOException {
    patient = new Patient(folder);
    patient.identity("shop", TestPki.server("shop.example").issue());
  }

  private Report examine(String tls) throws IOException {
    return patient.examine(Patient.reencrypting(8443, tls));
  }

  @Test
  void findsNothingWhereNothingIsWrong() throws IOException {
    patient.write("ca.pem", TestPki.ca("Good CA").chainPem());
    assertThat(examine(CA).findings()).isEmpty();
  }

  @Test
  void findsAnExpiredCa() throws IOException {
    Issued expired =
        TestPki.authority("Old CA").validUntil(NOW.minusSeconds(3_600)).issue();
    patient.write("ca.pem", expired.chainPem());
    Finding finding = Patient.only(examine(CA));
    assertThat(finding.kind()).isEqualTo(Kind.EXPIRED);
    assertThat(finding.severity()).isEqualTo(Severity.ERROR);
    assertThat(finding.place().path()).isEqualTo("upstreams.app.tls.destinationCA");
  }

  @Test
  void takesAnExpiredCaBesideItsSuccessorLightly() throws IOException {
    Issued expired =
        TestPki.authority("Old CA").validUntil(NOW.minusSeconds(3_600)).issue();
    patient.write("ca.pem", expired.chainPem() + TestPki.ca("New CA").chainPem());
    Finding finding = Patient.only(examine(CA));
    assertThat(finding.kind()).isEqualTo(Kind.EXPIRED);
    assertThat(finding.severity()).isEqualTo(Severity.WARNING);
  }

  @Test
  void findsACaWithAWeakKey() throws IOException {
    patient.write(
        "ca.pem", TestPki.authority("Weak CA").keys(TestPki.weakRsa()).issue().chainPem());
    assertThat(Patient.only(examine(CA)).kind()).isEqualTo(Kind.WEAK_KEY);
  }

  @Test
  void takesThePrivateKeyOutOfACaFile() throws Exception {
    Issued ca = TestPki.ca("Careless CA");
    patient.write("ca.pem", ca.keyPem() + ca.chainPem());
    Finding finding = Patient.only(examine(CA));
    assertThat(finding.kind()).isEqualTo(Kind.KEY_IN_CA_FILE);
    patient.apply(finding);
    assertThat(examine(CA).findings()).isEmpty();
  }

  @Test
  void findsALeafInThePlaceOfACa() throws IOException {
    Issued leaf = TestPki.server("app.example").issuer(TestPki.ca("Real CA")).issue();
    patient.write("ca.pem", leaf.chainPem());
    Finding finding = Patient.only(examine(CA));
    assertThat(finding.kind()).isEqualTo(Kind.NOT_A_CA);
    assertThat(finding.severity()).isEqualTo(Severity.WARNING);
    assertThat(finding.fix()).contains("CN=Real CA");
    assertThat(finding.command()).contains("-connect 127.0.0.1:8443 -servername app.example");
  }

  @Test
  void findsThatATrustedLeafCarriesNoAcceptedName() throws IOException {
    patient.write("ca.pem", TestPki.server("other.example").issue().chainPem());
    Finding finding = Patient.only(examine(CA), Kind.NAME_MISMATCH);
    assertThat(finding.severity()).isEqualTo(Severity.ERROR);
    assertThat(finding.what()).contains("must prove to be app.example", "are for other.example");
    assertThat(examine(CA + ", " + finding.command()).findings())
        .noneMatch(after -> after.severity() == Severity.ERROR);
  }

  @Test
  void notesThatTheNameSentIsNotAmongTheAccepted() throws IOException {
    patient.write("ca.pem", TestPki.ca("Good CA").chainPem());
    Report report = examine(CA + ", acceptedNames: [\"db.example\"]");
    assertThat(Patient.only(report).kind()).isEqualTo(Kind.NAME_SENT_NOT_ACCEPTED);
    assertThat(report.exitCode()).isZero();
  }

  @Test
  void verifiesAnUnverifiedUpstreamByWhatItShows() throws Exception {
    Issued app = TestPki.server("app.example").issue();
    try (OpensslServer server = OpensslServer.start(folder, app)) {
      String unverified =
          Patient.reencrypting(server.port(), "skipVerification: true, serverName: app.example");
      Finding finding = Patient.only(patient.examine(unverified));
      assertThat(finding.kind()).isEqualTo(Kind.UNVERIFIED);
      assertThat(finding.place().path()).isEqualTo("upstreams.app.tls.skipVerification");
      patient.apply(finding);
      Report mended = patient.examineLive(
          unverified.replace("skipVerification: true", "destinationCA: app-ca.pem"));
      assertThat(mended.findings())
          .noneMatch(after -> after.severity() == Severity.ERROR)
          .anyMatch(after -> after.what().contains("verified, TLSv1.3"));
    }
  }

  @Test
  void warnsOfAnUpstreamCaThatExpiresSoon() throws IOException {
    Issued soon = TestPki.authority("Soon CA")
        .validFrom(NOW.minus(Duration.ofDays(300)))
        .validUntil(NOW.plus(Duration.ofDays(5)))
        .issue();
    patient.write("ca.pem", soon.chainPem());
    assertThat(Patient.only(examine(CA)).kind()).isEqualTo(Kind.EXPIRES_SOON);
  }
}
