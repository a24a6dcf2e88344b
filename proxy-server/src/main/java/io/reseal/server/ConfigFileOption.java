package io.reseal.server;

import io.reseal.config.Problem;
import io.reseal.config.ProxyConfig;
import io.reseal.config.read.ConfigReader;
import io.reseal.config.read.ConfigResult;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The {@code -c} option: names a configuration file, and reads it. */
final class ConfigFileOption {
  @Option(
      names = {"-c", "--config"},
      required = true,
      paramLabel = "FILE",
      description = "The configuration, as YAML. Paths in it are relative to its folder.")
  private Path file = Path.of("");

  ConfigFileOption() {}

  Path file() {
    return file;
  }

  /** The configuration; empty after everything that is wrong with it was printed. */
  Optional<ConfigResult.Valid> read(PrintWriter err) {
    return accept(ConfigReader.read(file), err);
  }

  /** The same for what was read already. */
  Optional<ConfigResult.Valid> accept(ConfigResult result, PrintWriter err) {
    Optional<ConfigResult.Valid> valid = acceptQuietly(result, file, err);
    valid.ifPresent(each -> print(each.warnings(), "warning: ", err));
    return valid;
  }

  /** The same without a word about what works. */
  static Optional<ConfigResult.Valid> readQuietly(Path file, PrintWriter err) {
    return acceptQuietly(ConfigReader.read(file), file, err);
  }

  private static Optional<ConfigResult.Valid> acceptQuietly(
      ConfigResult result, Path file, PrintWriter err) {
    return switch (result) {
      case ConfigResult.Valid valid -> Optional.of(valid);
      case ConfigResult.Invalid(List<Problem> problems) -> {
        print(problems, "error: ", err);
        err.printf("%s: refused, %s%n", file, counted(problems.size(), "mistake"));
        err.flush();
        yield Optional.empty();
      }
    };
  }

  static void print(List<Problem> problems, String level, PrintWriter err) {
    for (Problem problem : problems) {
      err.println(level + problem);
    }
    err.flush();
  }

  /** What a configuration holds, in one line. */
  static String summary(ProxyConfig config) {
    return String.join(
        ", ",
        counted(config.listeners().size(), "listener"),
        config.identities().size()
            + (config.identities().size() == 1 ? " identity" : " identities"),
        counted(config.routes().size(), "route"),
        counted(config.upstreams().size(), "upstream"));
  }

  private static String counted(int count, String what) {
    return count + " " + what + (count == 1 ? "" : "s");
  }
}
