package io.reseal.server.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reseal.server.kit.Launch;
import io.reseal.server.kit.Program;
import io.reseal.server.kit.Shell;
import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.RawClient;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that stands still for a while blames nobody for it. */
final class StandstillTest {
  private static final int CLIENTS = 8;
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final String TIMEOUTS =
      "timeouts: { responseHead: 2s, connect: 2s, bodyIdle: 2s, requestHead: 2s }\n";

  @TempDir
  private Path folder = Path.of("");

  @Test
  void passesOnWhatWasAnsweredWhileItWasStopped() throws Exception {
    CountDownLatch answer = new CountDownLatch(1);
    try (Scene scene = new Scene(folder)) {
      scene.origin().on("/slow", (connection, head) -> {
        connection.receive(head);
        assertThat(answer.await(30, TimeUnit.SECONDS)).isTrue();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone");
      });
      scene.write(TIMEOUTS);
      List<RawClient> clients = new ArrayList<>();
      try (Program program = scene.run(new Launch())) {
        InetSocketAddress web = Scene.web(program);
        try (H2RawClient http2 = Scene.h2Client(web)) {
          int stream = http2.request(
              /* endStream= */ true,
              ":method: GET",
              ":scheme: https",
              ":authority: a.test",
              ":path: /slow");
          for (int i = 0; i < CLIENTS; i++) {
            RawClient client = Scene.client(web);
            clients.add(client);
            client.send("GET /slow HTTP/1.1\r\nHost: a.test\r\n\r\n");
          }
          await().until(() -> scene.origin().requests().size() == CLIENTS + 1);

          program.signal("STOP");
          long stopped = System.nanoTime();
          answer.countDown();
          CompletableFuture<Integer> meanwhile = CompletableFuture.supplyAsync(() -> {
            try {
              return Scene.get(web).status();
            } catch (java.io.IOException failed) {
              throw new java.io.UncheckedIOException(failed);
            }
          });
          // Every timeout has passed by the clock that timers are held against.
          await().until(() -> System.nanoTime() - stopped > 2 * TIMEOUT.toNanos());
          program.signal("CONT");

          for (RawClient client : clients) {
            assertThat(client.readReply().bodyText()).isEqualTo("done");
          }
          assertThat(http2.read(stream).complete().bodyText()).isEqualTo("done");
          assertThat(meanwhile.get(20, TimeUnit.SECONDS)).isEqualTo(200);
          assertThat(Scene.get(web).status()).isEqualTo(200);
          assertThat(program.output()).doesNotContain(" failed id=");
        }
      } finally {
        clients.forEach(RawClient::close);
      }
    }
  }

  @Test
  void failsNoRequestWhileItsHeapIsCollectedAgainAndAgain() throws Exception {
    int collections = 20;
    Path commands = Files.writeString(folder.resolve("commands"), "GC.run\n".repeat(collections));
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    try (Scene scene = new Scene(folder)) {
      scene.write("");
      try (Program program = scene.run(new Launch().asPacked())) {
        InetSocketAddress admin = program.adminAddress("admin");
        try (Load load = Load.on(Scene.web(program))) {
          CompletableFuture<Shell.Result> collected = CompletableFuture.supplyAsync(() -> {
            try {
              return new Shell(folder).run(jcmd + " " + program.pid() + " -f " + commands);
            } catch (java.io.IOException | InterruptedException failed) {
              throw new IllegalStateException(failed);
            }
          });
          while (!collected.isDone()) {
            assertThat(Scene.health(admin).status()).isEqualTo(200);
          }
          assertThat(collected.get().requireSuccess().split("Command executed", -1))
              .hasSize(collections + 1);
          int before = load.served();
          await().until(() -> load.served() > before + 100);
          assertThat(load.failures()).isEmpty();
        }
      }
    }
  }
}
