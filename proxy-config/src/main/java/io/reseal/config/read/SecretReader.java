package io.reseal.config.read;

import io.reseal.config.check.Findings;
import io.reseal.config.check.UserText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The reader of secrets that stand in the first line of a file of their own. */
final class SecretReader {
  private final Findings findings;
  private final Path base;

  /** @param base the folder that paths are relative to */
  SecretReader(Findings findings, Path base) {
    this.findings = findings;
    this.base = base;
  }

  /**
   * The first line of the file that a key names; empty where it cannot be read, which is reported.
   *
   * @param what the secret, for messages
   */
  Optional<String> firstLine(Section section, String key, String what) {
    String value = section.text(key, "");
    try {
      Path file = base.resolve(value);
      findings.dependsOn(file);
      List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
      return Optional.of(lines.isEmpty() ? "" : lines.getFirst());
    } catch (IOException | InvalidPathException failed) {
      section.error(
          key,
          "the " + what + " file cannot be read",
          UserText.quoted(value),
          "a file whose first line is the " + what,
          "Paths are relative to the folder of the configuration file; the user that runs Reseal"
              + " must be able to read it.");
      return Optional.empty();
    }
  }
}
