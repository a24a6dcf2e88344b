package io.reseal.server.verdicts;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.core.failure.TlsVerdict.Reason;
import io.reseal.server.kit.Json;
import io.reseal.server.kit.Observed;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RecordingOrigin;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Broken clients: the verdict stands in the log, the metrics and the page of diagnostics, the client
 * is told what its protocol can say, no upstream is touched, and the advice mends it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ClientVerdictTableTest {
  private final List<ClientFault> faults = ClientFaults.all();
  private final List<VerdictPage.Row> rows = new ArrayList<>();

  Stream<Arguments> rows() {
    return faults.stream()
        .flatMap(fault ->
            fault.versions().stream().map(version -> Arguments.of(fault.name(), version, fault)));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("rows")
  void namesItAndItsRemedy(String name, String version, ClientFault fault, @TempDir Path folder)
      throws Exception {
    try (RecordingOrigin origin =
        RecordingOrigin.tls(ProxySetup.originIdentity()).start()) {
      String advice = requireRefused(fault, version, folder, origin);
      assertThat(origin.connections()).as("connections to the upstream").isEmpty();
      try (Observed proxy =
          Observed.start(folder, fault.mended().yaml(folder, origin.port(), version))) {
        assertThat(fault.sound().ask(proxy, folder, version)).startsWith(Clients.OK);
      }
      rows.add(new VerdictPage.Row(name, version, fault.reason().token(), advice, fault.remedy()));
    }
  }

  private static String requireRefused(
      ClientFault fault, String version, Path folder, RecordingOrigin origin) throws Exception {
    String token = fault.reason().token();
    try (Observed proxy =
        Observed.start(folder, fault.broken().yaml(folder, origin.port(), version))) {
      assertThat(fault.faulty().ask(proxy, folder, version)).contains(fault.sees());
      // The only one whose request gets an answer of HTTP, and so counts as a failed request.
      boolean answered = fault.reason() == Reason.TLS_ON_CLEARTEXT_PORT;
      Awaitility.await()
          .pollInterval(10, TimeUnit.MILLISECONDS)
          .atMost(10, TimeUnit.SECONDS)
          .until(() -> !proxy.log().isEmpty());

      assertThat(proxy
              .scrape()
              .sum(
                  answered
                      ? "reseal_failures_total"
                      : "reseal_downstream_connections_refused_total",
                  answered ? "error=\"" + token + "\"" : "reason=\"" + token + "\""))
          .as("%s in the metrics; the log: %s", token, proxy.log())
          .isEqualTo(1);
      Json known = answered
          ? proxy.diagnostics().object("failures", "error", token)
          : proxy.diagnostics().object("refusedConnections", "reason", token);
      String advice = (String) known.get("fix");
      assertThat(advice).isNotEmpty();
      assertThat(proxy.log())
          .singleElement()
          .satisfies(line -> assertThat(line).contains(" " + token, advice));
      return advice;
    }
  }

  @AfterAll
  void everyRowIsPublished() throws IOException {
    if (rows.size() == rows().count()) {
      new VerdictPage("clients").requireCurrent(rows);
    }
  }
}
