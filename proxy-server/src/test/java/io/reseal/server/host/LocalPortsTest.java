package io.reseal.server.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reseal.server.kit.Launch;
import io.reseal.server.kit.Nginx;
import io.reseal.server.kit.Program;
import io.reseal.server.kit.Scrape;
import io.reseal.server.kit.Shell;
import io.reseal.testkit.TestPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When every local port for connections to an upstream is taken, in a network of its own. */
final class LocalPortsTest {
  private static final int WEB = 8443;
  private static final int ADMIN = 9901;
  private static final int ORIGIN = 8080;
  private static final int PORTS = 6;
  private static final int REFUSED = 100;
  private static final String CURL = "curl -sk --http2 --resolve a.test:8443:127.0.0.1 ";

  @TempDir
  private Path folder = Path.of("");

  @Test
  void answersWith503AndTheReasonUntilPortsAreFree() throws Exception {
    Shell.require("nsenter", "ip", "sysctl", "curl", "nginx");
    TestPki.server("a.test").issue().write(folder, "front");
    Files.writeString(folder.resolve("reseal.yaml"), """
        listeners:
          - { name: web, address: "127.0.0.1:%d", tls: {} }
        identities:
          front: { certificate: front.crt, key: front.key }
        routes:
          - { host: a.test, offload: origin }
        upstreams:
          origin: { endpoints: ["127.0.0.1:%d"] }
        runtime: { eventLoops: 1 }
        admin: { address: "127.0.0.1:%d", statusAddress: off }
        """.formatted(WEB, ORIGIN, ADMIN));
    Launch launch = new Launch()
        .inNamespaces(
            "-n",
            "ip link set lo up; sysctl -qw net.ipv4.ip_local_port_range=\"40000 %d\""
                .formatted(40_000 + PORTS - 1));
    try (Program program =
        launch.start("run", "-c", folder.resolve("reseal.yaml").toString())) {
      program.port("web");
      try (Nginx nginx =
          Nginx.startBeside(program, ORIGIN, folder, """
              server {
                listen 127.0.0.1:PORT;
                location = /x { return 200 "here"; }
                location = /slow { limit_rate 50; return 200 "%s"; }
              }
              """.formatted("slow ".repeat(500)))) {
        assertThat(status(program, "/x")).isEqualTo("200");
        Process busy = inside(program, CURL + "-Z " + urls("slow", PORTS, "/dev/null"));
        try {
          await()
              .atMost(20, TimeUnit.SECONDS)
              .until(() -> !status(program, "/x").equals("200"));
          refusesCheaply(program);
        } finally {
          busy.destroy();
        }
        await().atMost(20, TimeUnit.SECONDS).until(() -> status(program, "/x").equals("200"));
      }
    }
  }

  private void refusesCheaply(Program program) throws Exception {
    long before = cpuMillis(program);
    double failedBefore = failures(program);
    String codes = run(
        program,
        CURL + "-Z -w '%{http_code}\\n' " + urls("x", REFUSED, "/dev/null") + " 2>/dev/null");
    assertThat(codes.lines().toList()).hasSize(REFUSED).containsOnly("503");
    // Neither tried again and again, nor waited for by turning round.
    assertThat(failures(program) - failedBefore).isLessThanOrEqualTo(REFUSED);
    assertThat(cpuMillis(program) - before).isLessThan(50L * REFUSED);
    assertThat(run(program, CURL + "-H 'Accept: text/html' https://a.test:8443/x"))
        .contains("no_local_port", "EADDRNOTAVAIL", "net.ipv4.ip_local_port_range");
    program.awaitLine(
        "WARN .*503 no_local_port .*127.0.0.1:8080.*EADDRNOTAVAIL.*ip_local_port_range");
  }

  private static String urls(String path, int count, String output) {
    return String.join(
        " ", java.util.Collections.nCopies(count, "-o " + output + " https://a.test:8443/" + path));
  }

  private double failures(Program program) throws Exception {
    return Scrape.of(run(program, "curl -s http://127.0.0.1:" + ADMIN + "/metrics"))
        .sum("reseal_upstream_connect_failures_total");
  }

  private String status(Program program, String path) throws Exception {
    return run(program, CURL + "-o /dev/null -w '%{http_code}' https://a.test:8443" + path);
  }

  private String run(Program program, String command) throws Exception {
    return new Shell(folder).run(entering(program) + command).requireSuccess();
  }

  private static Process inside(Program program, String command) throws IOException {
    return new ProcessBuilder("sh", "-c", "exec " + entering(program) + command)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static String entering(Program program) {
    return "nsenter -t " + program.pid() + " -n ";
  }

  /** The CPU time of a process so far, with its ticks of 10 ms. */
  private static long cpuMillis(Program program) throws IOException {
    String stat = Files.readString(Path.of("/proc", Long.toString(program.pid()), "stat"));
    List<String> fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" "));
    return 10 * (Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12)));
  }
}
