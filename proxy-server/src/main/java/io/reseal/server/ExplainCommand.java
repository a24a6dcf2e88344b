package io.reseal.server;

import io.reseal.config.read.ConfigResult;
import io.reseal.core.snapshot.Snapshot;
import io.reseal.core.snapshot.SnapshotCompiler;
import io.reseal.core.tls.TlsSetupException;
import io.reseal.server.doctor.Explainer;
import io.reseal.server.doctor.Explanation;
import io.reseal.server.doctor.Question;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
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
  private static final int OK = 200;

  /** The outcome, as text or as JSON. */
  private static final Pattern SERVED = Pattern.compile("(?m)^ +(served: yes|\"served\": true,?)$");

  @ArgGroup(exclusive = true, multiplicity = "1")
  private Source source = new Source();

  /** What is asked: a file, or a proxy that runs. */
  private static final class Source {
    @Option(
        names = {"-c", "--config"},
        paramLabel = "FILE",
        description = "The configuration, as YAML. Paths in it are relative to its folder.")
    private @Nullable Path file;

    @Option(
        names = "--admin",
        paramLabel = "URL",
        description = "The admin port of a running proxy, as http://127.0.0.1:9901: asks by the"
            + " configuration that it has in effect.")
    private @Nullable URI admin;
  }

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
    URI admin = source.admin;
    Path file = source.file;
    if (admin != null || file == null) {
      return askRunning(admin == null ? URI.create("") : admin, question);
    }
    Optional<ConfigResult.Valid> read = ConfigFileOption.readQuietly(file, err);
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
      return notUnderstood(String.valueOf(refused.getMessage()));
    }
  }

  private int askRunning(URI admin, Question question) {
    Map<String, String> query = new LinkedHashMap<>();
    query.put("url", question.url());
    question.serverName().ifPresent(name -> query.put("sni", name));
    query.put("listener", listener);
    query.put("from", from);
    query.put("live", Boolean.toString(live));
    query.put("format", json ? "json" : "text");
    PrintWriter out = spec.commandLine().getOut();
    try {
      RunningProxy.Said said = new RunningProxy(admin).ask("/explain", query);
      if (said.status() != OK) {
        return notUnderstood(said.text().strip());
      }
      out.print(said.text());
      out.flush();
      return SERVED.matcher(said.text()).find() ? 0 : 1;
    } catch (IOException | IllegalArgumentException failed) {
      return notUnderstood(String.valueOf(failed.getMessage()));
    }
  }

  private int notUnderstood(String why) {
    PrintWriter err = spec.commandLine().getErr();
    err.println("error: " + why);
    err.flush();
    return NOT_UNDERSTOOD;
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
