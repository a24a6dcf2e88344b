package io.reseal.server.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.reseal.server.kit.Json;
import io.reseal.server.kit.Launch;
import io.reseal.server.kit.Program;
import io.reseal.server.kit.Watched;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.OriginConnection;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.Reply;
import io.reseal.testkit.TestPki;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A wall clock that is set while the program runs. */
final class WallClockTest {
  private static final Path LIBRARY =
      Path.of("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1");

  @TempDir
  private Path folder = Path.of("");

  @Test
  void judgesCertificatesByItAndNothingElse() throws Exception {
    assumeTrue(Files.exists(LIBRARY), "faketime is not installed; this test needs " + LIBRARY);
    Instant end = Instant.now().plus(Duration.ofDays(30));
    TestPki.Request upstream = TestPki.server("upstream.test")
        .ip("127.0.0.1")
        .issuer(Certificates.DESTINATION.authority())
        .validUntil(end);
    CountDownLatch answer = new CountDownLatch(1);
    try (RecordingOrigin origin =
            RecordingOrigin.tls(upstream.issue().material()).start();
        Scene scene = new Scene(folder)) {
      TestPki.server("a.test")
          .issuer(Certificates.FRONT.authority())
          .validUntil(end)
          .issue()
          .write(folder, "front");
      origin.on("/slow", (connection, head) -> {
        connection.receive(head);
        assertThat(answer.await(60, TimeUnit.SECONDS)).isTrue();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone");
      });
      scene.endpoint("127.0.0.1:" + origin.endpoint().port());
      scene.write("runtime: { eventLoops: 1 }\naccessLog: { output: access.log }\n");
      step("+0");
      Launch launch = new Launch()
          .variable("LD_PRELOAD", LIBRARY.toString())
          .variable("FAKETIME_TIMESTAMP_FILE", folder.resolve("clock").toString())
          // How many seconds it may take to see a step; to read the file each time is far too slow.
          .variable("FAKETIME_CACHE_DURATION", "1")
          .variable("FAKETIME_DONT_FAKE_MONOTONIC", "1")
          .variable("FAKETIME_DISABLE_SHM", "1")
          // Each look at a clock is slow under it: with little that looks it starts in half the
          // time.
          .option("-XX:+UseSerialGC")
          .option("-XX:TieredStopAtLevel=1")
          .option("-XX:-UsePerfData")
          .option("-Dio.netty.leakDetection.level=disabled");
      try (Program program = scene.run(launch)) {
        InetSocketAddress web = Scene.web(program);
        InetSocketAddress admin = program.adminAddress("admin");
        try (RawClient slow = Scene.client(web);
            RawClient open = Scene.client(web)) {
          slow.send("GET /slow HTTP/1.1\r\nHost: a.test\r\n\r\n");
          assertThat(open.exchange(Scene.GET).status()).isEqualTo(200);
          // On the connections that are there, to the upstream too.
          setAndAwait("+1d", Duration.ofDays(1), open);
          setAndAwait("-1h", Duration.ofHours(-1), open);
          setAndAwait("+400d", Duration.ofDays(400), open);
          assertThat(open.exchange(Scene.GET).status()).isEqualTo(200);
          assertThat(Scene.health(admin).status()).isEqualTo(200);
          assertThat(certificates(admin)).contains("\"daysLeft\": -37");

          answer.countDown();
          assertThat(slow.readReply().bodyText()).isEqualTo("done");
          for (OriginConnection each : origin.connections()) {
            each.close();
          }
          Reply refused = Scene.get(web);
          assertThat(refused.status()).isEqualTo(502);
          assertThat(refused.bodyText()).contains("expired");
          program.awaitLine("WARN .*502 expired ");
          setAndAwait("+0", Duration.ZERO, open);
          await().atMost(20, TimeUnit.SECONDS).until(() -> Scene.get(web).status() == 200);
        }
        assertThat(program.output()).doesNotContain("timeout");
      }
    }
  }

  /** Sets the clock, and asks on an open connection until the access log goes by it. */
  private void setAndAwait(String offset, Duration ahead, RawClient open) throws IOException {
    step(offset);
    await().atMost(20, TimeUnit.SECONDS).until(() -> {
      // Without an answer from the upstream only while its certificate has ended.
      assertThat(open.exchange(Scene.GET).status()).as(offset).isIn(200, 502);
      List<String> lines = Files.readAllLines(folder.resolve("access.log"));
      Instant logged = Instant.parse(Json.parse(lines.getLast()).get("time").toString());
      return Duration.between(Instant.now().plus(ahead), logged).abs().toMinutes() < 10;
    });
  }

  private static String certificates(InetSocketAddress admin) throws IOException {
    return Watched.ask(admin, "GET /certificates HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .bodyText();
  }

  private void step(String offset) throws IOException {
    Path next = Files.writeString(folder.resolve("clock.next"), offset + "\n");
    Files.move(next, folder.resolve("clock"), StandardCopyOption.ATOMIC_MOVE);
  }
}
