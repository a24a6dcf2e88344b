package io.reseal.server;

import java.io.PrintWriter;
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
    subcommands = {
      DemoCommand.class,
      RunCommand.class,
      CheckCommand.class,
      DoctorCommand.class,
      ExplainCommand.class,
      ReloadCommand.class
    },
    synopsisSubcommandLabel = "(demo | run | check | doctor | explain | reload)")
public final class Main implements Runnable {
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
    System.exit(commandLine().execute(arguments));
  }

  private static void setUnlessGiven(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /** The command line, for whoever runs commands without ending the process. */
  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler((failure, line, parsed) -> {
          PrintWriter err = line.getErr();
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
}
