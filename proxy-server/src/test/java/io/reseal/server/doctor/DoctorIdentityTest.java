package io.reseal.server.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.reseal.server.kit.Shell;
import io.reseal.testkit.TestPki;
import io.reseal.testkit.TestPki.Issued;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is found about certificates and keys that clients are shown, and that the fixes mend it. */
final class DoctorIdentityTest {
  private static final Instant NOW = Instant.now();
  private static final Issued ROOT = TestPki.ca("Test Root");

  @TempDir
  private Path folder = Path.of("");

  private Patient patient = new Patient(folder);

  @BeforeEach
  void admit() {
    patient = new Patient(folder);
  }

  private static TestPki.Request shop() {
    return TestPki.server("shop.example").issuer(ROOT);
  }

  private Report examine() throws IOException {
    return patient.examine(Patient.yaml("shop.example"));
  }

  @Test
  void findsNothingWhereNothingIsWrong() throws IOException {
    patient.identity("shop", shop().issue());
    Report report = examine();
    assertThat(report.findings()).isEmpty();
    assertThat(report.exitCode()).isZero();
    assertThat(report.table()).contains("0 errors, 0 warnings, 0 notes", "--live");
  }

  // ---- dates

  @Test
  void renewsAnExpiredCertificateThatSignedItself() throws Exception {
    Issued expired = TestPki.server("shop.example")
        .validFrom(NOW.minus(Duration.ofDays(90)))
        .validUntil(NOW.minus(Duration.ofDays(1)))
        .issue();
    patient.identity("shop", expired);
    Report report = examine();
    Finding finding = Patient.only(report);
    assertThat(finding.kind()).isEqualTo(Kind.EXPIRED);
    assertThat(finding.place().path()).isEqualTo("identities.shop.certificate");
    assertThat(finding.place().line()).isEqualTo(3);
    assertThat(report.exitCode()).isEqualTo(2);
    patient.apply(finding);
    assertThat(examine().findings()).isEmpty();
  }

  @Test
  void renewsACertificateThatStandsInOneFileWithItsKey() throws Exception {
    Issued expired = TestPki.server("shop.example")
        .validUntil(NOW.minus(Duration.ofHours(1)))
        .issue();
    patient.write("both.pem", expired.keyPem() + expired.chainPem());
    String yaml = Patient.yaml("shop.example")
        .replace("{ certificate: shop.crt, key: shop.key }", "{ certificate: both.pem }");
    patient.apply(Patient.only(patient.examine(yaml)));
    assertThat(patient.examine(yaml).findings()).isEmpty();
  }

  @Test
  void makesARequestForTheCaOfAnExpiredCertificate() throws Exception {
    patient.identity("shop", shop().validUntil(NOW.minus(Duration.ofHours(1))).issue());
    patient.write("ca.crt", ROOT.chainPem());
    patient.write("ca.key", ROOT.keyPem());
    Finding finding = Patient.only(examine());
    assertThat(finding.fix()).contains("CN=Test Root");
    patient.apply(finding);
    new Shell(folder)
        .run("openssl x509 -req -copy_extensions copy -in shop.csr -CA ca.crt -CAkey ca.key"
            + " -days 90 -out shop.crt")
        .requireSuccess();
    assertThat(examine().findings()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "12, ERROR, less than 1 day", "100, WARNING, less than 7 days",
    "300, WARNING, less than 14 days", "600, NOTE, less than 30 days"
  })
  void tellsHowSoonACertificateExpires(int hoursLeft, Severity severity, String text)
      throws IOException {
    patient.identity(
        "shop",
        shop()
            .validFrom(NOW.minus(Duration.ofDays(100)))
            .validUntil(NOW.plus(Duration.ofHours(hoursLeft)))
            .issue());
    Finding finding = Patient.only(examine());
    assertThat(finding.kind()).isEqualTo(Kind.EXPIRES_SOON);
    assertThat(finding.severity()).isEqualTo(severity);
    assertThat(finding.what()).contains(text);
  }

  @Test
  void doesNotCallAShortLivedCertificateLate() throws IOException {
    patient.identity(
        "shop",
        shop()
            .validFrom(NOW.minus(Duration.ofDays(3)))
            .validUntil(NOW.plus(Duration.ofDays(3)))
            .issue());
    assertThat(examine().findings()).isEmpty();
  }

  @Test
  void findsACertificateThatIsNotValidYet() throws IOException {
    patient.identity(
        "shop",
        shop()
            .validFrom(NOW.plus(Duration.ofDays(1)))
            .validUntil(NOW.plus(Duration.ofDays(9)))
            .issue());
    Finding finding = Patient.only(examine());
    assertThat(finding.kind()).isEqualTo(Kind.NOT_YET_VALID);
    assertThat(finding.severity()).isEqualTo(Severity.ERROR);
  }

  @Test
  void findsAnExpiredIntermediate() throws IOException {
    Issued old = TestPki.authority("Old Intermediate")
        .issuer(ROOT)
        .validUntil(NOW.minus(Duration.ofHours(1)))
        .issue();
    patient.identity("shop", TestPki.server("shop.example").issuer(old).issue());
    assertThat(Patient.only(examine()).what()).contains("Old Intermediate has expired");
  }

  // ---- the chain

  private static final Issued INTERMEDIATE =
      TestPki.authority("Test Intermediate").issuer(ROOT).issue();

  private static final Issued BELOW =
      TestPki.server("shop.example").issuer(INTERMEDIATE).issue();

  @Test
  void putsAChainInOrder() throws Exception {
    patient.identity("shop", BELOW, INTERMEDIATE.certificate(), BELOW.certificate());
    Finding finding = Patient.only(examine());
    assertThat(finding.kind()).isEqualTo(Kind.CHAIN_ORDER);
    patient.apply(finding);
    assertThat(examine().findings()).isEmpty();
  }

  @Test
  void keepsTheKeyThatStandsInTheChainFile() throws Exception {
    patient.write(
        "both.pem", INTERMEDIATE.chainPem() + BELOW.keyPem() + TestPki.pem(BELOW.certificate()));
    String yaml = Patient.yaml("shop.example")
        .replace("{ certificate: shop.crt, key: shop.key }", "{ certificate: both.pem }");
    patient.apply(Patient.only(patient.examine(yaml)));
    assertThat(patient.examine(yaml).findings()).isEmpty();
  }

  @Test
  void takesTheRootOutOfAChain() throws Exception {
    patient.identity(
        "shop", BELOW, BELOW.certificate(), INTERMEDIATE.certificate(), ROOT.certificate());
    Finding finding = Patient.only(examine());
    assertThat(finding.kind()).isEqualTo(Kind.ROOT_IN_CHAIN);
    patient.apply(finding);
    assertThat(examine().findings()).isEmpty();
  }

  @Test
  void takesOutWhatDoesNotBelongToAChain() throws Exception {
    patient.identity(
        "shop",
        BELOW,
        BELOW.certificate(),
        INTERMEDIATE.certificate(),
        TestPki.ca("Stranger").certificate());
    Finding finding = Patient.only(examine());
    assertThat(finding.kind()).isEqualTo(Kind.UNRELATED_CERTIFICATE);
    patient.apply(finding);
    assertThat(examine().findings()).isEmpty();
  }

  @Test
  void addsAnIntermediateThatAnotherChainHas() throws Exception {
    patient.identity("shop", BELOW, BELOW.certificate());
    patient.identity("pay", TestPki.server("pay.example").issuer(INTERMEDIATE).issue());
    String yaml = Patient.yaml("shop.example")
        .replace("routes:", "  pay: { certificate: pay.crt, key: pay.key }\nroutes:");
    Finding finding = Patient.only(patient.examine(yaml));
    assertThat(finding.kind()).isEqualTo(Kind.MISSING_INTERMEDIATE);
    patient.apply(finding);
    assertThat(patient.examine(yaml).findings()).isEmpty();
  }

  @Test
  void fetchesAnIntermediateFromWhereTheCertificateSays() throws Exception {
    Shell.require("curl");
    HttpServer ca =
        HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 1);
    byte[] der = INTERMEDIATE.certificate().getEncoded();
    ca.createContext("/ca.der", exchange -> {
      exchange.sendResponseHeaders(200, der.length);
      exchange.getResponseBody().write(der);
      exchange.close();
    });
    ca.start();
    try {
      String url = "http://127.0.0.1:" + ca.getAddress().getPort() + "/ca.der";
      Issued leaf =
          TestPki.server("shop.example").issuer(INTERMEDIATE).issuerUrl(url).issue();
      patient.identity("shop", leaf, leaf.certificate());
      Finding finding = Patient.only(examine());
      assertThat(finding.kind()).isEqualTo(Kind.MISSING_INTERMEDIATE);
      patient.apply(finding);
      assertThat(examine().findings()).isEmpty();
    } finally {
      ca.stop(0);
    }
  }

  // ---- names

  @Test
  void givesASelfSignedCertificateWithACommonNameItsAlternativeName() throws Exception {
    patient.identity("shop", TestPki.commonNameOnly("shop.example").issue());
    Finding finding = Patient.only(examine());
    assertThat(finding.kind()).isEqualTo(Kind.COMMON_NAME_ONLY);
    assertThat(finding.command()).contains("subjectAltName=DNS:shop.example");
    patient.apply(finding);
    assertThat(examine().findings()).isEmpty();
  }

  @Test
  void findsANameThatTheCertificateDoesNotCarry() throws Exception {
    patient.identity("shop", TestPki.server("shop.example").issue());
    String yaml = Patient.yaml("shop.example")
        .replace("key: shop.key", "key: shop.key, serverNames: [shop.example, www.shop.example]");
    Finding finding = Patient.only(patient.examine(yaml));
    assertThat(finding.kind()).isEqualTo(Kind.NAME_NOT_COVERED);
    assertThat(finding.place().path()).isEqualTo("identities.shop.serverNames");
    assertThat(finding.what()).contains("www.shop.example", "it has: shop.example");
    patient.apply(finding);
    assertThat(patient.examine(yaml).findings()).isEmpty();
  }

  @Test
  void findsARoutedHostThatOnlyTheDefaultIdentityIsShownFor() throws Exception {
    patient.identity("shop", shop().issue());
    String yaml = Patient.yaml("other.example").replace("tls: {}", "tls: {defaultIdentity: shop}");
    Finding finding = Patient.only(patient.examine(yaml));
    assertThat(finding.kind()).isEqualTo(Kind.NAME_NOT_COVERED);
    assertThat(finding.what()).contains("covers other.example", "are shown \"shop\"");
    patient.apply(finding);
    assertThat(patient.path("other.example.csr")).exists();
  }

  @Test
  void knowsNamesOfOneLabelAndNamesThatAWildcardCovers() throws IOException {
    patient.identity("shop", TestPki.server("*.shop.example").issuer(ROOT).issue());
    String yaml = Patient.yaml("[a.shop.example, localhost]")
        .replace("tls: {}", "tls: {defaultIdentity: shop}");
    assertThat(Patient.only(patient.examine(yaml)).what()).contains("covers localhost");
  }

  @Test
  void findsARoutedHostThatNoIdentityCovers() throws IOException {
    patient.identity("shop", shop().issue());
    Report report = patient.examine(Patient.yaml("other.example"));
    assertThat(report.exitCode()).isEqualTo(2);
    assertThat(report.table())
        .contains(
            "no identity of listener \"web\" covers host other.example", "found: shop.example");
  }

  @Test
  void findsAnOlderIdentityThatIsServedInsteadOfANewerOne() throws IOException {
    patient.identity("shop", shop().validFrom(NOW.minus(Duration.ofDays(80))).issue());
    patient.identity(
        "wild",
        TestPki.server("*.example", "*.shop.example")
            .issuer(ROOT)
            .validFrom(NOW.minus(Duration.ofDays(2)))
            .validUntil(NOW.plus(Duration.ofDays(400)))
            .dns("shop.example")
            .issue());
    String yaml = Patient.yaml("shop.example")
        .replace(
            "routes:",
            "  wild: { certificate: wild.crt, key: wild.key, serverNames: [\"*.shop.example\"] }\n"
                + "routes:");
    Finding finding = Patient.only(patient.examine(yaml));
    assertThat(finding.kind()).isEqualTo(Kind.OLDER_IDENTITY_SERVED);
    assertThat(finding.what()).contains("shop.example is shown \"shop\"", "\"wild\" covers it");
    assertThat(finding.command())
        .isEqualTo("identities: { wild: { serverNames: [\"shop.example\"] } }");
    String mended = yaml.replace("  shop: { certificate: shop.crt, key: shop.key }\n", "")
        .replace("[\"*.shop.example\"]", "[\"shop.example\"]");
    assertThat(patient.examine(mended).findings()).isEmpty();
  }

  // ---- strength, usage, rights

  @Test
  void findsAWeakKey() throws Exception {
    patient.identity("shop", shop().keys(TestPki.weakRsa()).issue());
    Finding finding = Patient.only(examine(), Kind.WEAK_KEY);
    assertThat(finding.what()).contains("RSA 1024");
    patient.apply(finding);
    assertThat(patient.path("new.key")).exists();
  }

  @Test
  void findsAWeakSignature() throws IOException {
    patient.identity("shop", shop().digest("SHA1").issue());
    assertThat(Patient.only(examine(), Kind.WEAK_SIGNATURE).what()).contains("SHA-1");
  }

  @Test
  void findsACertificateThatIsNotForServers() throws IOException {
    patient.identity("shop", shop().purposes(TestPki.CLIENT_AUTH).issue());
    assertThat(Patient.only(examine(), Kind.WRONG_USAGE).what()).contains(TestPki.CLIENT_AUTH);
  }

  @Test
  void takesTheRightToReadAKeyFromEverybody() throws Exception {
    patient.identity("shop", shop().issue());
    Files.setPosixFilePermissions(
        patient.path("shop.key"), PosixFilePermissions.fromString("rw-r--r--"));
    Finding finding = Patient.only(examine());
    assertThat(finding.kind()).isEqualTo(Kind.READABLE_KEY);
    assertThat(finding.place().path()).isEqualTo("identities.shop.key");
    patient.apply(finding);
    assertThat(examine().findings()).isEmpty();
  }

  @Test
  void findsAKeyInAConfigurationThatEverybodyCanRead() throws Exception {
    Issued issued = shop().issue();
    String yaml = Patient.yaml("shop.example")
        .replace(
            "shop: { certificate: shop.crt, key: shop.key }",
            "shop:\n    certificate: |\n"
                + (issued.chainPem() + issued.keyPem()).indent(6).stripTrailing());
    patient.write("reseal.yaml", yaml);
    Path file = patient.path("reseal.yaml");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    Finding finding = Patient.only(Doctor.examine(file, /* live= */ false, NOW));
    assertThat(finding.kind()).isEqualTo(Kind.READABLE_KEY);
    assertThat(finding.what()).contains("reseal.yaml");
    patient.apply(finding);
    assertThat(Doctor.examine(file, /* live= */ false, NOW).findings()).isEmpty();
  }

  // ---- the configuration itself

  @Test
  void reportsMistakesAsErrors() throws IOException {
    Report report = patient.examine("listeners: [{ name: web, adress: \"127.0.0.1:0\" }]\n");
    assertThat(report.exitCode()).isEqualTo(2);
    assertThat(report.findings()).allSatisfy(finding -> {
      assertThat(finding.kind()).isEqualTo(Kind.CONFIGURATION);
      assertThat(finding.severity()).isEqualTo(Severity.ERROR);
    });
    assertThat(report.table()).contains("adress").contains("fix:");
  }

  @Test
  void reportsAFileThatIsNotThere() {
    Report report = Doctor.examine(folder.resolve("none.yaml"), /* live= */ false, NOW);
    assertThat(report.exitCode()).isEqualTo(2);
    assertThat(report.table()).contains("the file does not exist");
  }

  @Test
  void reportsAKeyWhereACertificateBelongs() throws IOException {
    patient.identity("shop", shop().issue());
    patient.write("shop.crt", TestPki.ca("Some CA").keyPem());
    Report report = examine();
    assertThat(report.exitCode()).isEqualTo(2);
    assertThat(report.table()).contains("a private key where a certificate belongs");
  }
}
