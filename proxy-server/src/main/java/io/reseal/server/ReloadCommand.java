package io.reseal.server;

import io.reseal.config.AdminSettings.Port;
import io.reseal.config.HostPort;
import io.reseal.config.read.ConfigReader;
import io.reseal.config.read.ConfigResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lets a running proxy read its configuration again, and tells what came of it. */
@Command(
    name = "reload",
    description =
        "Let a running proxy read its configuration again. Exit code: 0 it serves (or"
            + " nothing has changed), 1 it was refused and the one before serves on, 2 no proxy answered.",
    mixinStandardHelpOptions = true)
final class ReloadCommand implements Callable<Integer> {
  private static final int NO_ANSWER = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String DEFAULT = "127.0.0.1:9901";

  @Option(
      names = "--admin",
      paramLabel = "HOST:PORT",
      description =
          "Where the proxy's admin port is (default: as in the file of -c, else " + DEFAULT + ").")
  private @Nullable String admin;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "The proxy's configuration; only admin.address is taken from it.")
  private @Nullable Path file;

  @Spec
  @SuppressWarnings("NullAway.Init") // set by picocli
  private CommandSpec spec;

  ReloadCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    String address = address();
    if (address.isEmpty()) {
      err.println("reload: admin.address is off in " + file + ", so nobody can be asked; send the"
          + " process SIGHUP instead");
      return NO_ANSWER;
    }
    try (HttpClient client =
        HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build()) {
      HttpResponse<String> answer = client.send(
          HttpRequest.newBuilder(URI.create("http://" + address + "/reload"))
              .timeout(PATIENCE)
              .POST(BodyPublishers.noBody())
              .build(),
          BodyHandlers.ofString());
      return tell(answer, out, err);
    } catch (IOException | IllegalArgumentException failed) {
      String why =
          failed.getMessage() == null ? failed.getClass().getSimpleName() : failed.getMessage();
      err.println("reload: no proxy answers on " + address + ": " + why
          + ". Name its admin port by --admin, or its file by -c; where the file has just changed"
          + " admin.address, name the one before");
      return NO_ANSWER;
    }
  }

  /** Empty where the file says that there is no admin port. */
  private String address() {
    if (admin != null) {
      return admin;
    }
    // A file with mistakes, which is just what a reload may be about, says nothing of the port.
    if (file != null && ConfigReader.read(file) instanceof ConfigResult.Valid valid) {
      return valid.config().admin().address() instanceof Port.At(HostPort at) ? ours(at) : "";
    }
    return DEFAULT;
  }

  /** Who listens on every address is asked by one that can be nobody else's. */
  static String ours(HostPort at) {
    InetAddress listened = InetAddress.ofLiteral(at.host());
    if (!listened.isAnyLocalAddress()) {
      return at.toString();
    }
    String loopback = listened instanceof Inet6Address ? "::1" : "127.0.0.1";
    return new HostPort(loopback, at.port()).toString();
  }

  private static int tell(HttpResponse<String> answer, PrintWriter out, PrintWriter err) {
    Map<?, ?> said = parse(answer.body());
    Object outcome = said.get("outcome");
    if (outcome == null) {
      err.println("reload: the answer is not that of a proxy: status " + answer.statusCode() + ", "
          + answer.body().lines().findFirst().orElse("no text"));
      return NO_ANSWER;
    }
    boolean refused = outcome.equals("refused");
    PrintWriter to = refused ? err : out;
    to.println("configuration " + outcome + ", revision " + said.get("revision")
        + (refused ? " serves on" : " serves"));
    if (said.get("problems") instanceof List<?> problems) {
      problems.forEach(problem -> to.println((refused ? "error: " : "warning: ") + problem));
    }
    to.flush();
    return refused ? Main.REFUSED : Main.DONE;
  }

  /** JSON is YAML too. */
  private static Map<?, ?> parse(String json) {
    try {
      return new Load(LoadSettings.builder().build()).loadFromString(json) instanceof Map<?, ?> map
          ? map
          : Map.of();
    } catch (YamlEngineException notJson) {
      return Map.of();
    }
  }
}
