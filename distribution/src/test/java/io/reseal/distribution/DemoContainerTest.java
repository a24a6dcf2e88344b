package io.reseal.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/** The demonstration in a container: what it prints works on the machine that runs it. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
final class DemoContainerTest {
  @TempDir
  private Path folder = Path.of("");

  @BeforeAll
  static void requireEngine() throws Exception {
    Engine.require();
  }

  @Test
  void printsCommandsThatWorkOutside() throws Exception {
    try (GenericContainer<?> demo = new GenericContainer<>(DockerImageName.parse(Engine.IMAGE))
        .withImagePullPolicy(name -> false)
        .withCommand("demo")
        .withExposedPorts(8443, 8080, 9901)
        .waitingFor(Wait.forLogMessage(".*Ctrl-C ends it.*\\n", 1))) {
      demo.start();
      List<String> answers = new ArrayList<>();
      for (String line : demo.getLogs().lines().toList()) {
        if (line.startsWith("curl ")) {
          answers.add(run(published(demo, line)));
        }
      }
      assertThat(answers).hasSize(8);
      assertThat(answers.get(1)).startsWith("upstream \"catalog\", reached over TLS\nGET /\n");
      assertThat(answers.get(3)).startsWith("upstream \"cart\", reached over TLS\n");
      assertThat(answers.get(6)).startsWith("HTTP/2 502").contains("Some other CA", "advice:");
      assertThat(answers.get(7)).contains("\"error\": \"unknown_issuer\"");
    }
  }

  /**
   * The same command for the ports of this machine that the test published, which are none that
   * others could have. The redirect names the port of the container, so it is followed by that.
   */
  private static String published(GenericContainer<?> demo, String command) {
    String changed = command;
    if (command.contains(" -sSL ")) {
      return changed.replace(
          "127.0.0.1",
          demo.getContainerInfo()
              .getNetworkSettings()
              .getNetworks()
              .values()
              .iterator()
              .next()
              .getIpAddress());
    }
    for (int port : new int[] {8443, 8080, 9901}) {
      changed = changed.replace(":" + port, ":" + demo.getMappedPort(port));
    }
    return changed;
  }

  private String run(String command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder("sh", "-c", command)
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s: %s", command, output).isZero();
    return output;
  }
}
