package io.reseal.server.verdicts;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.core.failure.TlsVerdict.Reason;
import io.reseal.server.kit.Json;
import io.reseal.server.kit.Observed;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.ProxyFixture;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.Reply;
import io.reseal.testkit.TestPki;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Broken upstreams: the verdict stands in the response, the log and the metrics, no byte of HTTP
 * reaches them, and the advice mends them.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class UpstreamVerdictTableTest {
  private static final String SECRET = "/secret-of-the-client";
  private static final String GET =
      "GET " + SECRET + " HTTP/1.1\r\nHost: a.test\r\nAccept: application/problem+json\r\n\r\n";
  private static final Pattern ID = Pattern.compile("\"id\":\"([0-9a-f]{16})\"");

  private final List<UpstreamFault> faults = UpstreamFaults.all();
  private final List<VerdictPage.Row> rows = new ArrayList<>();

  Stream<Arguments> rows() {
    return faults.stream()
        .flatMap(fault ->
            fault.versions().stream().map(version -> Arguments.of(fault.name(), version, fault)));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("rows")
  void namesItAndItsRemedy(String name, String version, UpstreamFault fault, @TempDir Path folder)
      throws Exception {
    TestPki.server("a.test").issuer(Certificates.FRONT.authority()).issue().write(folder, "front");
    Reason reason = fault.reason();
    if (reason == null) {
      requireServed(fault.broken(), version, folder);
      rows.add(new VerdictPage.Row(name, version, "accepted", "", ""));
      return;
    }
    String advice = requireRefused(fault.broken(), reason, version, folder);
    requireServed(fault.mended(), version, folder);
    rows.add(new VerdictPage.Row(name, version, reason.token(), advice, fault.remedy()));
  }

  /** Requires that nothing of a request gets through; returns the advice. */
  private static String requireRefused(Setup setup, Reason reason, String version, Path folder)
      throws Exception {
    try (Peer peer = setup.peer().start(folder, version);
        Observed proxy = Observed.start(folder, setup.yaml(peer.port(), version))) {
      Reply reply = get(proxy);
      String endpoint = "127.0.0.1:" + peer.port();

      assertThat(reply.status()).as("%s", reply).isIn(502, 504);
      Json body = Json.parse(reply.bodyText());
      String error = (String) body.get("error");
      assertThat(error).startsWith(error.contains("timeout") ? "connection_" : "tls_");
      assertThat(body.get("reason")).isEqualTo(reason.token());
      String advice = (String) body.get("advice");
      assertThat(advice).isNotEmpty();
      assertThat(reply.fields().first("proxy-status"))
          .startsWith("reseal; error=" + error + "; details=\"" + reason.token() + ": ")
          .contains("upstream \\\"origin\\\", endpoint " + endpoint);

      Matcher id = ID.matcher(reply.bodyText());
      assertThat(id.find()).isTrue();
      assertThat(proxy.log())
          .singleElement()
          .satisfies(line -> assertThat(line)
              .startsWith("failed id=" + id.group(1) + " route=\"shop\" request=\"a.test" + SECRET)
              .contains(" " + reason.token() + " (" + error + "): ", endpoint, advice));

      assertThat(proxy
              .scrape()
              .sum(
                  "reseal_upstream_tls_verdicts_total",
                  "upstream=\"origin\"",
                  "reason=\"" + reason.token() + "\""))
          .as("verdicts in the metrics")
          .isPositive();
      assertThat(proxy.scrape().sum("reseal_failures_total", "error=\"" + reason.token() + "\""))
          .isEqualTo(1);
      assertThat(proxy.diagnostics().object("failures", "error", reason.token()).get("fix"))
          .isEqualTo(advice);

      if (!setup.isCleartext()) {
        assertThat(peer.http()).as("HTTP at the upstream").isEmpty();
      }
      return advice.replace(endpoint, "HOST:PORT");
    }
  }

  private static void requireServed(Setup setup, String version, Path folder) throws Exception {
    try (Peer peer = setup.peer().start(folder, version);
        Observed proxy = Observed.start(folder, setup.yaml(peer.port(), version))) {
      Reply reply = get(proxy);
      assertThat(reply.status()).as("%s", reply).isEqualTo(200);
      assertThat(proxy.log()).isEmpty();
    }
  }

  private static Reply get(Observed proxy) throws IOException {
    try (RawClient client = ProxyFixture.hello("a.test").connect(proxy.listener("https"))) {
      return client.exchange(GET);
    }
  }

  @AfterAll
  void everyRowIsPublished() throws IOException {
    long all = rows().count();
    if (rows.size() == all) {
      new VerdictPage("upstreams").requireCurrent(rows);
    }
  }
}
