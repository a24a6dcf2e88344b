package io.reseal.server.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.read.ConfigReader;
import io.reseal.config.read.ConfigResult;
import io.reseal.core.snapshot.Snapshot;
import io.reseal.core.snapshot.SnapshotCompiler;
import io.reseal.testkit.TestPki;
import io.reseal.testkit.TestPki.Issued;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Golden files: what people and machines get to see. Rewrite them by {@code
 * -Dreseal.golden.write=true}, and read what changed.
 */
final class DoctorGoldenTest {
  private static final Path GOLDEN = Path.of("src/test/resources/doctor");
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private static final String YAML = """
      listeners:
        - name: web
          address: "127.0.0.1:0"
          tls: { defaultIdentity: shop }
      identities:
        shop:
          certificate: shop.crt
          key: shop.key
        api:
          certificate: api.crt
          key: api.key
      routes:
        - { name: shop, host: shop.example, paths: [{ prefix: /cart }], reencrypt: cart }
        - { name: api, hosts: [api.example, other.example], reencrypt: api }
      upstreams:
        cart:
          endpoints: ["10.0.0.7:8443", "10.0.0.8:8443"]
          tls: { destinationCA: ca.pem, serverName: cart.internal }
        api:
          endpoints: ["api.internal:443"]
          tls: { skipVerification: true }
      """;

  @TempDir
  private Path folder = Path.of("");

  private Path file = Path.of("");

  @BeforeEach
  void write() throws IOException {
    Patient patient = new Patient(folder);
    Issued root = dated(TestPki.authority("Root"), 3_000).issue();
    Issued between =
        dated(TestPki.authority("Intermediate"), 2_000).issuer(root).issue();
    Issued shop = dated(TestPki.server("shop.example"), 10).issuer(between).issue();
    patient.identity("shop", shop, between.certificate(), shop.certificate());
    patient.identity("api", dated(TestPki.commonNameOnly("api.example"), -1).issue());
    Files.setPosixFilePermissions(
        patient.path("api.key"), PosixFilePermissions.fromString("rw-r--r--"));
    patient.write("ca.pem", root.keyPem() + root.chainPem());
    file = patient.write("reseal.yaml", YAML);
  }

  private static TestPki.Request dated(TestPki.Request request, int daysLeft) {
    return request
        .validFrom(NOW.minus(Duration.ofDays(300)))
        .validUntil(NOW.plus(Duration.ofDays(daysLeft)));
  }

  private Report report() {
    return Doctor.examine(file, /* live= */ false, NOW);
  }

  private Explanation explanation() {
    ConfigResult.Valid valid = (ConfigResult.Valid) ConfigReader.read(file);
    Snapshot snapshot = SnapshotCompiler.compile(valid.config());
    try {
      Question question = Question.of(
          "https://shop.example/cart/1?x",
          Optional.empty(),
          /* listener= */ "",
          InetAddress.ofLiteral("192.0.2.7"));
      return Explainer.explain(snapshot, question, /* live= */ false);
    } finally {
      snapshot.release();
    }
  }

  @Test
  void printsATableForPeople() throws IOException {
    compare("report.txt", report().table());
  }

  @Test
  void alignsTheColumns() {
    Report report = report();
    String[] lines = report.table().split("\n");
    int column = lines[0].indexOf("WHAT");
    for (Finding finding : report.findings()) {
      if (finding.place().toString().length() <= column - "SEVERITY    ".length()) {
        assertThat(lines).anyMatch(line -> line.startsWith(finding.what(), column));
      }
    }
  }

  @Test
  void showsNoControlCharactersOfACertificate() throws IOException {
    new Patient(folder)
        .identity(
            "api",
            dated(TestPki.commonNameOnly("x").subject("CN=api.example,O=a\u001b[2Jgone\u0007b"), -1)
                .issue());
    String table = report().table();
    assertThat(table).contains("a\\u001b[2Jgone\\u0007b");
    assertThat(table.chars().filter(c -> c < ' ' && c != '\n').count()).isZero();
  }

  @Test
  void printsJsonForMachines() throws IOException {
    compare("report.json", report().json());
  }

  @Test
  void explainsForPeople() throws IOException {
    compare("explanation.txt", explanation().text());
  }

  @Test
  void explainsForMachines() throws IOException {
    compare("explanation.json", explanation().json());
  }

  @Test
  void printsJsonThatCanBeRead() {
    // Every JSON document is YAML 1.2.
    Load reader = new Load(LoadSettings.builder().build());
    assertThat(reader.loadFromString(report().json())).asString().contains("exitCode=2");
    assertThat(reader.loadFromString(explanation().json()))
        .isEqualTo(explanation().facts());
  }

  private void compare(String name, String said) throws IOException {
    String shown = said.replace(folder.toString(), "DIR")
        .replaceAll("([0-9A-F]{2}:){31}[0-9A-F]{2}", "FINGERPRINT")
        .replaceAll("(?m) +$", "");
    // The folder's name has another length in every run, and the table is aligned by it.
    shown = name.endsWith(".txt") ? shown.replaceAll("(?<=\\S) {2,}", "  ") : shown;
    Path golden = GOLDEN.resolve(name);
    if (Boolean.getBoolean("reseal.golden.write")) {
      Files.createDirectories(GOLDEN);
      Files.writeString(golden, shown);
    }
    assertThat(shown).isEqualTo(Files.readString(golden));
  }
}
