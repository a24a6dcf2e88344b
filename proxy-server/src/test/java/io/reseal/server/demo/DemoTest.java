package io.reseal.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.server.demo.Demo.PortChoice;
import io.reseal.server.demo.DemoGuide.Step;
import io.reseal.server.kit.Program;
import io.reseal.server.kit.Shell;
import io.reseal.server.run.Termination;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every command that the demo prints works as printed. */
final class DemoTest {
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  @TempDir
  private Path folder = Path.of("");

  private static Demo start(Path folder, InetAddress address) throws Exception {
    return Demo.start(folder, address, PortChoice.TAKE_FREE, new Termination());
  }

  /**
   * An address of loopback for this process alone: the program takes the usual ports there, and finds
   * nobody who looks for the same at the same time.
   */
  private static String ownLoopback() {
    long process = ProcessHandle.current().pid();
    return "127.%d.%d.%d".formatted(1 + (process >> 16) % 254, process >> 8 & 0xFF, process & 0xFF);
  }

  @Test
  void printsCommandsThatWork() throws Exception {
    Shell.require("curl");
    Map<String, String> answers = new TreeMap<>();
    try (Demo demo = start(folder.resolve("with space"), LOOPBACK)) {
      for (Step step : demo.guide().steps()) {
        String output = new Shell(folder).run(step.command()).requireSuccess();
        answers.put(step.about().split("[:,\" ]+")[0], output);
      }
    }
    assertThat(answers).hasSize(7);
    assertThat(answers.get("re-encrypted"))
        .startsWith("upstream \"catalog\", reached over TLS\nGET /\n");
    assertThat(answers.get("another"))
        .startsWith("upstream \"cart\", reached over TLS\nGET /cart/items\n");
    assertThat(answers.get("passed"))
        .startsWith("upstream \"cart\", reached over TLS\nGET /\n")
        .doesNotContainIgnoringCase("x-forwarded-for");
    assertThat(answers.get("offloaded"))
        .startsWith("upstream \"legacy\", reached over cleartext\nGET /\n");
    assertThat(answers.get("redirected"))
        .startsWith("upstream \"catalog\", reached over TLS\nGET /\n");
    assertThat(answers.get("an"))
        .startsWith("HTTP/2 502")
        .contains("proxy-status: reseal; error=tls_certificate_error; details=\"unknown_issuer:")
        .contains("Some other CA")
        .contains("Destination CA")
        .contains("advice:");
    assertThat(answers.get("what"))
        .contains("\"error\": \"unknown_issuer\"")
        .contains("\"fix\": \"Put the certificate");
  }

  @Test
  void handsItsCertificatesOutWhereOthersMayCome() throws Exception {
    Shell.require("curl");
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    try (Demo demo = start(folder.resolve("demo"), InetAddress.ofLiteral("0.0.0.0"))) {
      List<String> answers = new ArrayList<>();
      for (Step step : demo.guide().steps()) {
        assertThat(step.command()).doesNotContain(folder.toString());
        answers.add(new Shell(elsewhere).run(step.command()).requireSuccess());
      }
      assertThat(answers).hasSize(8);
      assertThat(answers.get(1)).startsWith("upstream \"catalog\", reached over TLS\nGET /\n");
    }
    assertThat(elsewhere.resolve("front-ca.pem")).content().startsWith("-----BEGIN CERTIFICATE");
    assertThat(folder.resolve("demo/reseal.yaml"))
        .content()
        .containsPattern("trustedNetworks: \\[.*\"127.0.0.0/8\"");
  }

  @Test
  void keepsItsFilesWhereAsked() throws Exception {
    try (Demo demo = start(folder, LOOPBACK)) {
      assertThat(demo.guide().steps()).isNotEmpty();
    }
    assertThat(folder.resolve("reseal.yaml")).exists();
    assertThat(Files.getPosixFilePermissions(folder.resolve("front.pem"))).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"INT", "TERM"})
  void endsCleanlyOnASignal(String signal) throws Exception {
    try (Program program = Program.start("demo", "--address", ownLoopback())) {
      Path config = Path.of(program.awaitLine("^Configuration: (.*)$").group(1));
      program.awaitLine("Ctrl-C ends it");
      assertThat(config).exists();
      program.signal(signal);
      assertThat(program.awaitExit()).as(program.output()).isZero();
      assertThat(config.getParent()).doesNotExist();
      assertThat(program.output()).contains("nothing was cut").doesNotContain("Exception");
    }
  }

  @Test
  void namesEveryFileItWrites() throws Exception {
    try (Demo demo = start(folder, LOOPBACK)) {
      assertThat(demo.guide().steps()).isNotEmpty();
      try (var files = Files.list(folder)) {
        assertThat(files.map(file -> file.getFileName().toString()))
            .containsExactlyInAnyOrderElementsOf(
                List.of("front-ca.pem", "destination-ca.pem", "front.pem", "reseal.yaml"));
      }
    }
  }
}
