package io.reseal.server;

import io.reseal.core.StartException;
import io.reseal.server.demo.Demo;
import io.reseal.server.demo.Demo.PortChoice;
import io.reseal.server.run.Termination;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows the proxy at work without any file of the user's. */
@Command(
    name = "demo",
    description =
        "Start a proxy with upstreams and certificates of its own, and print what to try.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Keep certificates and configuration here (default: a temporary folder).")
  private @Nullable Path folder;

  @Option(
      names = "--address",
      paramLabel = "IP",
      defaultValue = "${env:RESEAL_DEMO_ADDRESS:-127.0.0.1}",
      description =
          "Listen on this address (default: ${DEFAULT-VALUE}). On another than loopback the demo also"
              + " hands out its CAs over HTTP, and tells the networks of this host why something failed.")
  private InetAddress address = InetAddress.getLoopbackAddress();

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  DemoCommand() {}

  @Override
  public Integer call() throws IOException, GeneralSecurityException, InterruptedException {
    PrintWriter err = spec.commandLine().getErr();
    Termination termination = Termination.onSignals();
    try (Demo demo = Demo.start(folder, address, PortChoice.PREFER_USUAL, termination)) {
      demo.serve(spec.commandLine().getOut(), termination);
      return Main.DONE;
    } catch (StartException refused) {
      ConfigFileOption.print(refused.problems(), "error: ", err);
      return Main.REFUSED;
    }
  }
}
