package io.reseal.server.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** Debian's Prometheus, scraping one target every second. */
public final class Prometheus implements AutoCloseable {
  private static final long DEADLINE_SECONDS = 30;
  private static final Pattern LISTENS =
      Pattern.compile("msg=\"Listening on\" address=127\\.0\\.0\\.1:([0-9]+)");

  private final HttpClient client = HttpClient.newHttpClient();
  private final Process process;
  private final int port;

  private Prometheus(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Starts it in a folder; the job of the target is {@code reseal}. */
  public static Prometheus start(Path folder, InetSocketAddress target, Path rules)
      throws IOException {
    Files.writeString(folder.resolve("prometheus.yml"), """
        global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
        rule_files: [ "%s" ]
        scrape_configs:
          - job_name: reseal
            static_configs: [ { targets: [ "127.0.0.1:%d" ] } ]
        """.formatted(rules, target.getPort()));
    Path output = folder.resolve("prometheus.log");
    Process process = new ProcessBuilder(
            "prometheus",
            "--config.file=" + folder.resolve("prometheus.yml"),
            "--storage.tsdb.path=" + folder.resolve("tsdb"),
            "--web.listen-address=127.0.0.1:0")
        .redirectErrorStream(true)
        .redirectOutput(output.toFile())
        .start();
    try {
      return new Prometheus(process, awaitPort(process, output));
    } catch (RuntimeException | Error failed) {
      process.destroyForcibly();
      throw failed;
    }
  }

  private static int awaitPort(Process process, Path output) {
    int[] port = new int[1];
    Awaitility.await().atMost(DEADLINE_SECONDS, TimeUnit.SECONDS).until(() -> {
      String log = Files.readString(output);
      assertThat(process.isAlive()).as(log).isTrue();
      Matcher found = LISTENS.matcher(log);
      if (found.find()) {
        port[0] = Integer.parseInt(found.group(1));
      }
      return port[0] > 0;
    });
    return port[0];
  }

  /** What an expression is now: one result for each series. */
  public List<Json> query(String expression) throws IOException, InterruptedException {
    Json answer =
        ask("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8));
    assertThat(answer.get("status")).as("%s: %s", expression, answer).isEqualTo("success");
    return answer.object("data").objects("result");
  }

  /** The groups of rules that it evaluates. */
  public List<Json> ruleGroups() throws IOException, InterruptedException {
    return ask("/api/v1/rules").object("data").objects("groups");
  }

  private Json ask(String path) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
    return Json.parse(client.send(request, BodyHandlers.ofString()).body());
  }

  @Override
  public void close() {
    client.shutdownNow();
    process.destroyForcibly();
    try {
      process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException asked) {
      Thread.currentThread().interrupt();
    }
  }
}
