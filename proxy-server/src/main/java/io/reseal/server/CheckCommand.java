package io.reseal.server;

import io.reseal.config.read.ConfigResult;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Reads a configuration as {@code run} would, certificates included, and says what is wrong. */
@Command(
    name = "check",
    description = "Check a configuration and every file it names; print all mistakes.",
    mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
  @Mixin
  private final ConfigFileOption config = new ConfigFileOption();

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  CheckCommand() {}

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Optional<ConfigResult.Valid> read = config.read(spec.commandLine().getErr());
    if (read.isEmpty()) {
      return Main.REFUSED;
    }
    out.printf(
        "%s: valid (%s)%n", config.file(), ConfigFileOption.summary(read.get().config()));
    out.flush();
    return Main.DONE;
  }
}
