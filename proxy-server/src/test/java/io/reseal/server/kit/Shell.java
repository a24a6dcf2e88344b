package io.reseal.server.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Commands as a user types them, run by a shell in a folder. */
public final class Shell {
  private static final long DEADLINE_SECONDS = 60;

  private final Path folder;

  public Shell(Path folder) {
    this.folder = folder;
  }

  /** What a command left behind. */
  public record Result(int exitCode, String output) {
    /** The output, after the command is seen to have worked. */
    public String requireSuccess() {
      assertThat(exitCode).as(output).isZero();
      return output;
    }
  }

  /** Skips the test where a program is missing. */
  public static void require(String... programs) {
    for (String program : programs) {
      assumeTrue(isInstalled(program), program + " is not installed; this test needs it");
    }
  }

  private static boolean isInstalled(String program) {
    String path = Objects.requireNonNullElse(System.getenv("PATH"), "") + ":/usr/sbin:/sbin";
    for (String directory : path.split(File.pathSeparator)) {
      if (Files.isExecutable(Path.of(directory, program))) {
        return true;
      }
    }
    return false;
  }

  /** Runs a command; standard error is part of the output, standard input is empty. */
  public Result run(String command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", command)
        .directory(folder.toFile())
        .redirectInput(new File("/dev/null"))
        .redirectErrorStream(true);
    builder.environment().merge("PATH", "/usr/sbin:/sbin", (path, more) -> path + ":" + more);
    Process process = builder.start();
    try (InputStream out = process.getInputStream()) {
      String output = new String(out.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS))
          .as(command)
          .isTrue();
      return new Result(process.exitValue(), output);
    } finally {
      process.destroyForcibly();
    }
  }
}
