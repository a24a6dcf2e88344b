package io.reseal.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;

/** The Docker engine of this machine, and the images of the tests: made here, never pulled. */
final class Engine {
  static final String IMAGE = "reseal:test";

  /** Debian with nginx in it, made by {@code docker/base.sh}. */
  static final String BASE = "reseal-base:local";

  static final Path ROOT =
      Path.of(Objects.requireNonNull(System.getProperty("reseal.root"), "reseal.root"));

  private static boolean built;

  private Engine() {}

  /** Skips the test where there is no engine or no base image; else the image is there. */
  static synchronized void require() throws IOException, InterruptedException {
    assumeTrue(
        DockerClientFactory.instance().isDockerAvailable(),
        "no Docker engine answers; this test needs one (.ci/run installs and starts it)");
    assumeTrue(
        hasImage(BASE), "the image " + BASE + " is not there; this test needs it (docker/base.sh)");
    if (!built) {
      build(IMAGE);
      built = true;
    }
  }

  /** Builds the image under a name. */
  static void build(String name, String... options) throws IOException, InterruptedException {
    List<String> arguments = new ArrayList<>(List.of("build", "--file", "docker/Dockerfile"));
    arguments.addAll(List.of(options));
    arguments.addAll(List.of("--build-arg", "BASE=" + BASE, "--tag", name, ROOT.toString()));
    docker(arguments.toArray(String[]::new));
  }

  static DockerClient client() {
    return DockerClientFactory.instance().client();
  }

  static InspectContainerResponse.ContainerState state(GenericContainer<?> container) {
    return client().inspectContainerCmd(container.getContainerId()).exec().getState();
  }

  static boolean hasImage(String name) {
    try {
      client().inspectImageCmd(name).exec();
      return true;
    } catch (NotFoundException absent) {
      return false;
    }
  }

  /** Runs a command of the Docker client to its end, and returns what it printed. */
  static String docker(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command)
        .directory(ROOT.toFile())
        .redirectErrorStream(true)
        .start();
    try {
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
      assertThat(process.exitValue()).as(output).isZero();
      return output;
    } finally {
      process.destroyForcibly();
    }
  }
}
