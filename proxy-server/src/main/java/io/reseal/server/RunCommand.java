package io.reseal.server;

import io.reseal.core.StartException;
import io.reseal.server.run.ConfigSource;
import io.reseal.server.run.ProxyProcess;
import io.reseal.server.run.Termination;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Serves a configuration until a signal ends it. */
@Command(
    name = "run",
    description =
        "Serve a configuration. SIGTERM and SIGINT drain it; a second one cuts. SIGHUP reloads."
            + " With --handover a later process takes over without a loss."
            + " Exit code: 0 drained, 1 refused, 3 connections were cut.",
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
  /** The grace has ended, or a second signal came, before the work under way did. */
  private static final int CUT = 3;

  @Mixin
  private final ConfigFileOption config = new ConfigFileOption();

  @Option(
      names = "--grace",
      paramLabel = "SECONDS",
      defaultValue = "30",
      description = "How long work under way may take after a signal, and connections that a change"
          + " of the configuration would not let in any more may stay, before they are cut"
          + " (default: ${DEFAULT-VALUE}).")
  private int graceSeconds;

  @Option(
      names = "--drain-wait",
      paramLabel = "SECONDS",
      defaultValue = "0",
      description = "How long to serve as before after a signal, while the readiness check already"
          + " says no, so that load balancers can turn away (default: ${DEFAULT-VALUE}).")
  private int drainWaitSeconds;

  @Option(
      names = "--no-watch",
      negatable = false,
      description = "Do not take up changes of the configuration and its files by themselves;"
          + " SIGHUP and reseal reload still do.")
  private boolean noWatch;

  @Option(
      names = "--handover",
      paramLabel = "PATH",
      description = "Take over the listening sockets of the process that was started with the same"
          + " PATH, if one serves, and let a later one take over from this one. PATH is a Unix domain"
          + " socket, made where nobody has it yet. The other process drains once this one serves.")
  private @Nullable Path handover;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  RunCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter err = spec.commandLine().getErr();
    ConfigSource source = ConfigSource.file(config.file());
    ConfigSource.Reading first = source.read();
    if (config.accept(first.result(), err).isEmpty()) {
      return Main.REFUSED;
    }
    Termination termination = Termination.onSignals();
    try (ProxyProcess proxy = start(source, first, termination)) {
      termination.await();
      int cut =
          proxy.drain(Duration.ofSeconds(Math.max(0, drainWaitSeconds)), grace(), termination);
      return cut > 0 ? CUT : Main.DONE;
    } catch (StartException refused) {
      ConfigFileOption.print(refused.problems(), "error: ", err);
      return Main.REFUSED;
    }
  }

  private ProxyProcess start(
      ConfigSource source, ConfigSource.Reading first, Termination termination)
      throws StartException {
    return ProxyProcess.start(source, first, termination, !noWatch, handover, grace());
  }

  private Duration grace() {
    return Duration.ofSeconds(Math.max(0, graceSeconds));
  }
}
