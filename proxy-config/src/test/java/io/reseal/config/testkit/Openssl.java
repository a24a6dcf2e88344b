package io.reseal.config.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The {@code openssl} command, which makes files as users make them. */
public record Openssl(Path folder) {

  /** Skips the test where the command is not installed. */
  public static void assumeInstalled() {
    boolean installed;
    try {
      Process process =
          new ProcessBuilder("openssl", "version").redirectErrorStream(true).start();
      process.getInputStream().readAllBytes();
      installed = process.waitFor() == 0;
    } catch (IOException missing) {
      installed = false;
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
    assumeTrue(installed, "the command openssl is missing; install it to run this test");
  }

  /** Runs it in the folder; words are split at spaces, except within single quotes. */
  public void run(String arguments) {
    List<String> command = new ArrayList<>(List.of("openssl"));
    String[] parts = arguments.split("'", -1);
    for (int i = 0; i < parts.length; i++) {
      if (i % 2 == 1) {
        command.add(parts[i]);
      } else if (!parts[i].isBlank()) {
        command.addAll(List.of(parts[i].strip().split(" +")));
      }
    }
    try {
      Process process = new ProcessBuilder(command)
          .directory(folder.toFile())
          .redirectErrorStream(true)
          .start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as("openssl %s: %s", arguments, output).isZero();
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }
}
