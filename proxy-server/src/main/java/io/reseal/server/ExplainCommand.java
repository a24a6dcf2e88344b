package io.reseal.server;

import io.reseal.config.read.ConfigResult;
import io.reseal.core.snapshot.Snapshot;
import io.reseal.core.snapshot.SnapshotCompiler;
import io.reseal.core.tls.TlsSetupException;
import io.reseal.server.doctor.Explainer;
import io.reseal.server.doctor.Explanation;
import io.reseal.server.doctor.Question;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what a configuration makes of a request, and why. */
@Command(
    name = "explain",
    description = {
      "Say what would become of a request: listener, certificate shown, route, upstream, names and"
          + " trust; with --live also whether each endpoint can be used."
    },
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:the request would be served",
      "1:it would not: refused, 404, 421, or with --live no endpoint that can be used",
      "2:a configuration that cannot be read, or a wrong use of the command"
    },
    mixinStandardHelpOptions = true)
final class ExplainCommand implements Callable<Integer> {
  private static final int NOT_UNDERSTOOD = 2;

  @Mixin
  private final ConfigFileOption config = new ConfigFileOption();

  @Parameters(paramLabel = "URL", description = "https://host[:port]/path or http://...")
  private String url = "";

  @Option(
      names = "--sni",
      paramLabel = "NAME",
      description = "The server name sent; '' for none (default: the URL's host).")
  private @Nullable String serverName;

  @Option(
      names = "--from",
      paramLabel = "IP",
      defaultValue = "127.0.0.1",
      description = "The client's address (default: ${DEFAULT-VALUE}).")
  private String from = "";

  @Option(
      names = "--listener",
      paramLabel = "NAME",
      defaultValue = "",
      description = "The listener asked (default: the one with the URL's port or scheme).")
  private String listener = "";

  @Option(
      names = "--live",
      description = "Also connect to each endpoint, with TLS and verification as the proxy would."
          + " Nothing of HTTP is sent.")
  private boolean live;

  @Option(names = "--json", description = "Print JSON for machines instead of text.")
  private boolean json;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  ExplainCommand() {}

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    Question question = question();
    Optional<ConfigResult.Valid> read = config.readQuietly(err);
    if (read.isEmpty()) {
      return NOT_UNDERSTOOD;
    }
    try {
      Snapshot snapshot = SnapshotCompiler.compile(read.get().config());
      try {
        Explanation explanation = Explainer.explain(snapshot, question, live);
        PrintWriter out = spec.commandLine().getOut();
        out.print(json ? explanation.json() : explanation.text());
        out.flush();
        return explanation.exitCode();
      } finally {
        snapshot.release();
      }
    } catch (IllegalArgumentException | TlsSetupException refused) {
      err.println("error: " + refused.getMessage());
      err.flush();
      return NOT_UNDERSTOOD;
    }
  }

  private Question question() {
    try {
      return Question.of(
          url, Optional.ofNullable(serverName), listener, InetAddress.ofLiteral(from));
    } catch (IllegalArgumentException wrong) {
      throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()), wrong);
    }
  }
}
