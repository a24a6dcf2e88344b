package io.reseal.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the commands print and how they end, apart from serving. */
final class MainTest {
  @TempDir
  private Path folder = Path.of("");

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int execute(String... arguments) {
    CommandLine line = Main.commandLine(arguments)
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true));
    return line.execute(arguments);
  }

  private String write(String yaml) throws IOException {
    return Files.writeString(folder.resolve("reseal.yaml"), yaml).toString();
  }

  @Test
  void tellsItsVersion() {
    assertThat(execute("--version")).isZero();
    assertThat(out.toString()).matches("reseal \\d+\\.\\d+\\.\\d+\\S*\\R");
  }

  @Test
  void explainsItselfWithoutACommand() {
    assertThat(execute()).isEqualTo(2);
    assertThat(err.toString()).contains("no command given").contains("demo").contains("check");
  }

  @Test
  void refusesUnknownOptionsAndMissingOnes() {
    assertThat(execute("run", "-c", "x.yaml", "--nonsense")).isEqualTo(2);
    assertThat(execute("check")).isEqualTo(2);
    assertThat(err.toString()).contains("--nonsense").contains("--config=FILE");
  }

  @Test
  void acceptsAValidConfiguration() throws IOException {
    String file = write("""
        listeners:
          - name: web
            address: 127.0.0.1:0
        routes:
          - host: "*"
            redirect: { scheme: https }
        """);
    assertThat(execute("check", "-c", file)).isZero();
    assertThat(out.toString())
        .isEqualToIgnoringNewLines(
            file + ": valid (1 listener, 0 identities, 1 route, 0 upstreams)");
  }

  @Test
  void printsEveryMistakeAtOnceWithItsPlace() throws IOException {
    String file = write("""
        listeners:
          - name: web
            adress: 127.0.0.1:0
        routes:
          - host: shop.example
            offload: shop
        limits:
          requestBodyBytes: 12 parsecs
        """);
    assertThat(execute("check", "-c", file)).isEqualTo(1);
    assertThat(err.toString())
        .contains(file + ":3:5: listeners[0].adress")
        .contains("address")
        .contains(file + ":6:14: routes[0].offload: upstream \"shop\" is not defined")
        .contains(file + ":8:21: limits.requestBodyBytes")
        .contains("mistakes");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void refusesAMissingFile() {
    String file = folder.resolve("none.yaml").toString();
    assertThat(execute("run", "-c", file)).isEqualTo(1);
    assertThat(err.toString()).contains(file).contains("does not exist");
  }

  @Test
  void refusesToStartOnAPortInUse() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      String file = write("""
          listeners:
            - name: web
              address: %s
          routes:
            - host: "*"
              redirect: { scheme: https }
          admin: { address: off, statusAddress: off }
          """.formatted(address));
      assertThat(execute("run", "-c", file)).isEqualTo(1);
      assertThat(err.toString()).contains("web").contains(address).contains("in use");
    }
  }
}
