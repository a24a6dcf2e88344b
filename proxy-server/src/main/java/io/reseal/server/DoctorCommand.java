package io.reseal.server;

import io.reseal.server.doctor.Doctor;
import io.reseal.server.doctor.Report;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Examines a configuration and everything that it names, and says how to mend what is wrong. */
@Command(
    name = "doctor",
    description = {
      "Examine a configuration: every certificate, key, chain and name; with --live also listeners"
          + " and upstreams. Each finding comes with its place and what mends it."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:nothing is wrong; there may be notes",
      "1:warnings only",
      "2:errors, a configuration that cannot be read, or a wrong use of the command"
    },
    mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
  @Mixin
  private final ConfigFileOption config = new ConfigFileOption();

  @Option(
      names = "--live",
      description = "Also look at each listener's address, and connect to every endpoint with TLS"
          + " and verification as the proxy would. Nothing of HTTP is sent.")
  private boolean live;

  @Option(names = "--json", description = "Print JSON for machines instead of a table.")
  private boolean json;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  DoctorCommand() {}

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    Report report = Doctor.examine(config.file(), live, Instant.now());
    out.print(json ? report.json() : report.table());
    out.flush();
    return report.exitCode();
  }
}
