package io.reseal.server.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reseal.server.kit.Program;
import io.reseal.server.kit.Watched;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.Reply;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two replicas behind a splitter of TCP connections are replaced one after the other, as a rollout
 * does it: nothing is lost. The short form runs always; {@code mvn verify -Plong} runs the long one.
 */
@Timeout(600)
final class RollingRestartTest {
  private static final boolean LONG = Boolean.getBoolean("reseal.long");
  private static final int RESTARTS = LONG ? 20 : 2;
  private static final int REQUESTS_BETWEEN = 100;

  private final AtomicLong served = new AtomicLong();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
  private volatile boolean over;

  @AfterEach
  void stop() {
    over = true;
    clients.close();
  }

  private Future<?> client(String kind, Once once) {
    return clients.submit(() -> {
      while (!over) {
        try {
          once.run();
          served.incrementAndGet();
        } catch (Exception | AssertionError failed) {
          failures.add(kind + ": " + failed);
        }
      }
    });
  }

  @Test
  void losesNothingWhileOneReplicaAfterTheOtherIsReplaced(@TempDir Path folder) throws Exception {
    List<Program> replicas = new ArrayList<>();
    try (Site site = new Site(folder);
        TcpSplitter splitter = TcpSplitter.start();
        HttpClient http1 = HandoverUnderLoadTest.httpClient(HttpClient.Version.HTTP_1_1);
        HttpClient http2 = HandoverUnderLoadTest.httpClient(HttpClient.Version.HTTP_2)) {
      for (int i = 0; i < 2; i++) {
        replicas.add(replica(site, splitter));
      }
      InetSocketAddress web = splitter.address();
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        running.add(client("http/1.1", () -> HandoverUnderLoadTest.get(http1, web)));
        running.add(client("h2", () -> HandoverUnderLoadTest.get(http2, web)));
      }
      running.add(client("new", () -> {
        try (RawClient fresh = Site.client(web)) {
          Reply reply = fresh.exchange("GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n");
          assertThat(reply.status()).isEqualTo(200);
        }
      }));
      awaitMore();
      for (int i = 0; i < RESTARTS; i++) {
        Program oldest = replicas.removeFirst();
        oldest.signal("TERM");
        assertThat(oldest.awaitExit()).as(oldest.output()).isZero();
        assertThat(oldest.output()).contains("nothing was cut");
        splitter.remove(Site.web(oldest));
        awaitMore();
        replicas.add(replica(site, splitter));
        awaitMore();
      }
      over = true;
      for (Future<?> each : running) {
        each.get();
      }
      assertThat(failures).isEmpty();
      assertThat(served.get()).isGreaterThan(2L * REQUESTS_BETWEEN * RESTARTS);
    } finally {
      over = true;
      replicas.forEach(Program::close);
    }
  }

  /** The wait is what a splitter needs to see that a replica is not ready any more. */
  private static Program replica(Site site, TcpSplitter splitter) throws IOException {
    Program program = site.run("--drain-wait", "1");
    InetSocketAddress status = program.adminAddress("status");
    await().atMost(Duration.ofSeconds(30)).until(() -> isReady(status));
    splitter.add(Site.web(program), () -> isReady(status));
    return program;
  }

  private static boolean isReady(InetSocketAddress status) {
    try {
      return Watched.ask(status, "GET /healthz/ready HTTP/1.0\r\n\r\n").status() == 200;
    } catch (IOException gone) {
      return false;
    }
  }

  private void awaitMore() {
    long soFar = served.get();
    await()
        .pollInterval(Duration.ofMillis(10))
        .atMost(Duration.ofSeconds(60))
        .until(() -> served.get() >= soFar + REQUESTS_BETWEEN || !failures.isEmpty());
  }

  /** One request. */
  @FunctionalInterface
  private interface Once {
    void run() throws Exception;
  }
}
