package io.reseal.config.read;

import io.reseal.config.Location;
import io.reseal.config.Problem;
import io.reseal.config.ProxyConfig;
import io.reseal.config.check.CrossChecks;
import io.reseal.config.check.Findings;
import io.reseal.config.schema.ConfigSchema;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * The way from a YAML file to a {@link ProxyConfig}. Every mistake is reported at once, with file,
 * line and column; nothing is thrown. Reads the certificate files that the configuration names.
 */
public final class ConfigReader {
  private static final int MOST_BYTES = 16 << 20;
  private static final int MOST_ALIASES = 100;

  private ConfigReader() {}

  /** Reads a file; paths in it are relative to its folder. */
  public static ConfigResult read(Path file) {
    String name = file.toString();
    try {
      if (Files.isDirectory(file)) {
        return refused(name, "this is a folder", "a YAML file", "");
      }
      if (Files.size(file) > MOST_BYTES) {
        return refused(name, "the file is too large", "at most " + MOST_BYTES + " bytes", "");
      }
      Path folder = file.toAbsolutePath().getParent();
      return read(Files.readString(file), folder == null ? Path.of("") : folder, name);
    } catch (NoSuchFileException missing) {
      return refused(name, "the file does not exist", "a YAML file", "Check the path given by -c.");
    } catch (AccessDeniedException denied) {
      return refused(
          name,
          "the file cannot be read: permission denied",
          "",
          "Let the user that runs Reseal read it.");
    } catch (IOException failed) {
      return refused(name, "the file cannot be read: " + failed.getMessage(), "text in UTF-8", "");
    }
  }

  /**
   * Reads a text.
   *
   * @param base the folder that paths in it are relative to
   * @param fileName the file's name in messages
   */
  public static ConfigResult read(String text, Path base, String fileName) {
    LoadSettings settings = LoadSettings.builder()
        .setLabel(fileName)
        .setMaxAliasesForCollections(MOST_ALIASES)
        .setCodePointLimit(MOST_BYTES)
        .setAllowDuplicateKeys(true)
        .build();
    try {
      Iterator<Node> documents =
          new Compose(settings).composeAllFromString(text).iterator();
      if (!documents.hasNext()) {
        return refused(fileName, "the file is empty", "at least listeners", "");
      }
      Node root = documents.next();
      if (documents.hasNext()) {
        return refused(fileName, "more than one YAML document (---)", "one", "");
      }
      return read(root, base, fileName);
    } catch (MarkedYamlEngineException syntax) {
      Location at = syntax
          .getProblemMark()
          .map(mark -> new Location(fileName, mark.getLine() + 1, mark.getColumn() + 1, ""))
          .orElseGet(() -> new Location(fileName, 0, 0, ""));
      return new ConfigResult.Invalid(
          List.of(new Problem(at, "not YAML: " + syntax.getProblem(), "", "", "")));
    } catch (YamlEngineException broken) {
      return refused(fileName, "not YAML: " + broken.getMessage(), "", "");
    }
  }

  private static ConfigResult read(Node root, Path base, String fileName) {
    Findings findings = new Findings(fileName);
    Section section = Section.of(ConfigSchema.ROOT, root, "", findings, fileName);
    ProxyConfig config = new ModelReader(findings, base).read(section);
    CrossChecks.run(config, findings);
    return findings.errors().isEmpty()
        ? new ConfigResult.Valid(config, findings.warnings())
        : new ConfigResult.Invalid(findings.errors());
  }

  private static ConfigResult refused(String file, String what, String expected, String hint) {
    return new ConfigResult.Invalid(
        List.of(new Problem(new Location(file, 0, 0, ""), what, "", expected, hint)));
  }
}
