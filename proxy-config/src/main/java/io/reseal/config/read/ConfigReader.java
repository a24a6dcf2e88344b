package io.reseal.config.read;

import io.reseal.config.Location;
import io.reseal.config.Problem;
import io.reseal.config.ProxyConfig;
import io.reseal.config.check.CrossChecks;
import io.reseal.config.check.Findings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * The way from a YAML file to a {@link ProxyConfig}. Every mistake is reported at once, with file,
 * line and column; nothing is thrown. Reads the certificate files that the configuration names.
 */
public final class ConfigReader {
  private static final int MOST_BYTES = 16 << 20;
  private static final String START = "Start with the example in docs/examples/minimal.yaml.";

  private ConfigReader() {}

  /** Reads a file; paths in it are relative to its folder. */
  public static ConfigResult read(Path file) {
    return read(file, ignored -> {}, new ReadingMemory());
  }

  /**
   * The same for whoever reads again when something has changed.
   *
   * @param files told of every file that the outcome depends on, before it is read; of those that
   *     are missing too
   * @param memory of the readings before
   */
  public static ConfigResult read(Path file, Consumer<Path> files, ReadingMemory memory) {
    String name = file.toString();
    files.accept(file);
    try {
      if (Files.isDirectory(file)) {
        return refused(name, "this is a folder", "", "a YAML file", "Name a file in it.");
      }
      if (Files.size(file) > MOST_BYTES) {
        return refused(
            name,
            "the file is too large",
            Files.size(file) + " bytes",
            "at most " + MOST_BYTES + " bytes",
            "Move PEM to files of its own.");
      }
      Path folder = file.toAbsolutePath().getParent();
      byte[] bytes = Files.readAllBytes(file);
      Optional<Problem> badText = Utf8.problem(bytes, name);
      return badText.isPresent()
          ? new ConfigResult.Invalid(List.of(badText.get()))
          : read(
              new String(bytes, StandardCharsets.UTF_8),
              folder == null ? Path.of("") : folder,
              name,
              files,
              memory);
    } catch (NoSuchFileException missing) {
      return refused(
          name, "the file does not exist", "", "a YAML file", "Check the path given by -c.");
    } catch (AccessDeniedException denied) {
      return refused(
          name,
          "permission denied",
          "",
          "a file that can be read",
          "Let the user that runs Reseal read it.");
    } catch (IOException failed) {
      return refused(
          name,
          "the file cannot be read: " + failed.getMessage(),
          "",
          "a YAML file",
          "Check the file and its folder.");
    }
  }

  /**
   * Reads a text.
   *
   * @param base the folder that paths in it are relative to
   * @param fileName the file's name in messages
   */
  public static ConfigResult read(String text, Path base, String fileName) {
    return read(text, base, fileName, ignored -> {}, new ReadingMemory());
  }

  private static ConfigResult read(
      String text, Path base, String fileName, Consumer<Path> files, ReadingMemory memory) {
    LoadSettings settings =
        LoadSettings.builder().setLabel(fileName).setCodePointLimit(MOST_BYTES).build();
    try {
      NodeReader nodes = new NodeReader(settings, text);
      if (!nodes.startDocument()) {
        return refused(fileName, "the file is empty", "nothing", "at least listeners", START);
      }
      if (nodes.atNull()) {
        nodes.node();
        return refused(fileName, "the file says nothing", "nothing", "at least listeners", START);
      }
      return read(nodes, base, fileName, files, memory);
    } catch (YamlEngineException broken) {
      return new ConfigResult.Invalid(List.of(YamlProblem.of(broken, fileName)));
    } catch (NodeReader.TooDeepException tooDeep) {
      return refused(
          new Location(fileName, tooDeep.line(), tooDeep.column(), ""),
          "nested too deeply",
          "hundreds of levels",
          "fewer than ten",
          "Check the brackets and the indentation.");
    }
  }

  private static ConfigResult read(
      NodeReader nodes, Path base, String fileName, Consumer<Path> files, ReadingMemory memory) {
    Findings findings = new Findings(fileName, files);
    memory.beginReading();
    ProxyConfig config = new ModelReader(findings, memory, base).read(nodes, fileName);
    if (nodes.startDocument()) {
      return refused(
          Nodes.at(nodes.node(), "", fileName),
          "more than one YAML document",
          "---",
          "one document",
          "Remove the line with the three dashes.");
    }
    memory.endReading();
    CrossChecks.run(config, findings);
    return findings.errors().isEmpty()
        ? new ConfigResult.Valid(config, inOrder(findings.warnings()), findings.places())
        : new ConfigResult.Invalid(
            inOrder(findings.errors()),
            new ConfigResult.Remainder(config, inOrder(findings.warnings()), findings.places()));
  }

  private static List<Problem> inOrder(List<Problem> problems) {
    return problems.stream()
        .sorted(Comparator.<Problem>comparingInt(problem -> problem.location().line())
            .thenComparingInt(problem -> problem.location().column()))
        .toList();
  }

  private static ConfigResult refused(
      String file, String what, String found, String expected, String hint) {
    return refused(new Location(file, 0, 0, ""), what, found, expected, hint);
  }

  private static ConfigResult refused(
      Location at, String what, String found, String expected, String hint) {
    return new ConfigResult.Invalid(List.of(new Problem(at, what, found, expected, hint)));
  }
}
