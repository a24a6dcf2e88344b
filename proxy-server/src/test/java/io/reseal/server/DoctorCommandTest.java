package io.reseal.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.testkit.TestPki;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The options and exit codes of doctor and explain. */
final class DoctorCommandTest {
  @TempDir
  private Path folder = Path.of("");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private String file = "";

  @BeforeEach
  void write() throws IOException {
    TestPki.server("shop.example").issue().write(folder, "shop");
    file = Files.writeString(folder.resolve("reseal.yaml"), """
        listeners: [{ name: web, address: "127.0.0.1:0", tls: {} }]
        identities: { shop: { certificate: shop.crt, key: shop.key } }
        routes: [{ host: shop.example, redirect: { status: 302, host: new.example } }]
        """).toString();
  }

  private int execute(String... arguments) {
    return Main.commandLine(arguments)
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private void mendRights() throws IOException {
    Files.setPosixFilePermissions(
        folder.resolve("shop.key"),
        java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void doctorEndsWithTheWorstFinding() throws IOException {
    Files.setPosixFilePermissions(
        folder.resolve("shop.key"),
        java.nio.file.attribute.PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(execute("doctor", "-c", file)).isEqualTo(1);
    assertThat(out.toString()).contains("SEVERITY", "chmod o-r");
    mendRights();
    assertThat(execute("doctor", "-c", file)).isZero();
    assertThat(execute("doctor", "-c", file + ".none")).isEqualTo(2);
    assertThat(execute("doctor")).isEqualTo(2);
    assertThat(err.toString()).contains("--config=FILE");
  }

  @Test
  void doctorPrintsJsonOfALiveExamination() throws IOException {
    mendRights();
    assertThat(execute("doctor", "-c", file, "--live", "--json")).isZero();
    assertThat(out.toString()).contains("\"live\": true", "any free port");
  }

  @Test
  void explainEndsWithWhetherTheRequestIsServed() {
    assertThat(execute("explain", "-c", file, "https://shop.example/x")).isZero();
    assertThat(out.toString()).contains("location: https://new.example/x", "302 redirect");
    assertThat(execute("explain", "-c", file, "https://other.example/")).isEqualTo(1);
    assertThat(execute("explain", "-c", file, "--json", "--sni", "", "https://shop.example/"))
        .isEqualTo(1);
    assertThat(out.toString()).contains("\"result\": \"unknown_server_name\"");
  }

  @Test
  void explainRefusesWhatItCannotUnderstand() {
    assertThat(execute("explain", "-c", file, "shop.example")).isEqualTo(2);
    assertThat(execute("explain", "-c", file, "--from", "here", "https://shop.example/"))
        .isEqualTo(2);
    assertThat(execute("explain", "-c", file, "--listener", "none", "https://shop.example/"))
        .isEqualTo(2);
    assertThat(execute("explain", "-c", file, "http://shop.example/")).isEqualTo(2);
    assertThat(execute("explain", "-c", file + ".none", "https://shop.example/"))
        .isEqualTo(2);
    assertThat(err.toString())
        .contains("expected: https://host/path", "\"none\" is not defined", "does not exist")
        .contains("no listener has port 80 or speaks http");
  }

  @Test
  void documentsItsExitCodes() {
    assertThat(execute("doctor", "--help")).isZero();
    assertThat(execute("explain", "--help")).isZero();
    assertThat(out.toString()).contains("Exit codes:", "1   warnings only", "--sni", "--from");
  }
}
