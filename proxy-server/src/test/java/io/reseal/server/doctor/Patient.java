package io.reseal.server.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.server.kit.Shell;
import io.reseal.testkit.TestPki;
import io.reseal.testkit.TestPki.Issued;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;

/** A configuration with its files in one folder, to be examined. */
final class Patient {
  static final String LISTENER = "listeners: [{ name: web, address: \"127.0.0.1:0\", tls: {} }]\n";

  private final Path folder;

  Patient(Path folder) {
    this.folder = folder;
  }

  Path path(String name) {
    return folder.resolve(name);
  }

  /** Writes a file that only its owner can read. */
  Path write(String name, String text) throws IOException {
    Path file = path(name);
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return Files.writeString(file, text);
  }

  /** Writes {@code name.crt} with these certificates and {@code name.key}. */
  void identity(String name, Issued issued, Object... chain) throws IOException {
    write(name + ".crt", chain.length == 0 ? issued.chainPem() : TestPki.pem(chain));
    write(name + ".key", issued.keyPem());
  }

  /** A configuration that redirects one host with one identity, {@code shop}. */
  static String yaml(String host) {
    return LISTENER + """
        identities:
          shop: { certificate: shop.crt, key: shop.key }
        routes:
          - { host: %s, redirect: { host: elsewhere.example } }
        """.formatted(host);
  }

  /** A configuration that re-encrypts to one endpoint. */
  static String reencrypting(int port, String tls) {
    return LISTENER + """
        identities:
          shop: { certificate: shop.crt, key: shop.key }
        routes:
          - { name: shop, host: shop.example, reencrypt: app }
        upstreams:
          app:
            endpoints: ["127.0.0.1:%d"]
            tls: { %s }
        """.formatted(port, tls);
  }

  Report examine(String yaml) throws IOException {
    return Doctor.examine(write("reseal.yaml", yaml), /* live= */ false, Instant.now());
  }

  Report examineLive(String yaml) throws IOException {
    return Doctor.examine(write("reseal.yaml", yaml), /* live= */ true, Instant.now());
  }

  /** The only finding of a report. */
  static Finding only(Report report) {
    assertThat(report.findings()).as(report.table()).hasSize(1);
    return report.findings().getFirst();
  }

  /** The only finding of a kind. */
  static Finding only(Report report, Kind kind) {
    assertThat(report.findings())
        .as(report.table())
        .filteredOn(finding -> finding.kind() == kind)
        .hasSize(1);
    return report.findings().stream()
        .filter(finding -> finding.kind() == kind)
        .findFirst()
        .orElseThrow();
  }

  /** Does what a finding says, as a user would paste it. */
  void apply(Finding finding) throws IOException, InterruptedException {
    Shell.require("openssl");
    assertThat(finding.command()).isNotEmpty();
    new Shell(folder).run(finding.command()).requireSuccess();
  }
}
