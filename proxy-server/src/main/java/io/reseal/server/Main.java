package io.reseal.server;

import io.reseal.server.run.CgroupMemory;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command line. Exit codes: 0 done, 1 refused (a configuration, a start), 2 not understood;
 * doctor and explain say in their help what theirs mean.
 */
@Command(
    name = "reseal",
    description = "A reverse proxy that keeps traffic encrypted to the last hop.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "(demo | run | check | doctor | explain | reload)")
public final class Main implements Runnable {
  /** In the order in which the help shows them. */
  private static final List<Subcommand> SUBCOMMANDS = List.of(
      new Subcommand("demo", DemoCommand::new),
      new Subcommand("run", RunCommand::new),
      new Subcommand("check", CheckCommand::new),
      new Subcommand("doctor", DoctorCommand::new),
      new Subcommand("explain", ExplainCommand::new),
      new Subcommand("reload", ReloadCommand::new));

  /** The buffers of connections get a quarter of the memory of a container. */
  private static final int BUFFERS_PART_OF_MEMORY = 4;

  static final int DONE = 0;
  static final int REFUSED = 1;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  Main() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    // Before Netty loads. Leak sampling takes a stack trace of every 128th buffer, up to a tenth of
    // the CPU time; the pooled allocator cost less than the adaptive one in every scenario
    // measured.
    setUnlessGiven("io.netty.leakDetection.level", "disabled");
    setUnlessGiven("io.netty.allocator.type", "pooled");
    // Events of the allocator for JFR: their set-up takes a tenth of the time of a start.
    setUnlessGiven("io.netty.jfr.enabled", "false");
    // Else as much as the heap, which leaves too little for code, threads and TLS in small
    // containers.
    CgroupMemory.limitBytes()
        .ifPresent(limit -> setUnlessGiven(
            "io.netty.maxDirectMemory", Long.toString(limit / BUFFERS_PART_OF_MEMORY)));
    System.exit(commandLine(arguments).execute(arguments));
  }

  private static void setUnlessGiven(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /**
   * The command line for these arguments, for whoever runs commands without ending the process. A
   * command that is named first comes alone: to read what the annotations of the others say would
   * take a tenth of the time of a start.
   */
  static CommandLine commandLine(String... arguments) {
    CommandLine line = new CommandLine(new Main());
    Predicate<Subcommand> named = each -> arguments.length > 0 && each.name().equals(arguments[0]);
    boolean alone = SUBCOMMANDS.stream().anyMatch(named);
    for (Subcommand each : SUBCOMMANDS) {
      if (!alone || named.test(each)) {
        line.addSubcommand(each.name(), each.command().get());
      }
    }
    // These reach the subcommands that are there.
    return line.setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler((failure, failed, parsed) -> {
          PrintWriter err = failed.getErr();
          err.println("reseal: an unexpected failure; please report it with these lines:");
          failure.printStackTrace(err);
          return REFUSED;
        });
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(),
        "no command given (expected: demo, run, check, doctor, explain or reload)");
  }

  private record Subcommand(String name, Supplier<Object> command) {}
}
