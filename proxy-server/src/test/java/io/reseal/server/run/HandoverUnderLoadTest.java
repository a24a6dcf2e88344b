package io.reseal.server.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import io.reseal.server.kit.Program;
import io.reseal.server.kit.Watched;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.JdkTls;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.Reply;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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
 * Restarts with a handover lose nothing: no request of a client that keeps its connections, none on a
 * new connection, no question for health. The short form runs always; {@code mvn verify -Plong} runs
 * the long one.
 */
@Timeout(1_200)
final class HandoverUnderLoadTest {
  private static final boolean LONG = Boolean.getBoolean("reseal.long");
  private static final int RESTARTS = LONG ? 50 : 3;
  private static final int REQUESTS_BETWEEN = 200;

  private final AtomicLong served = new AtomicLong();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
  private volatile boolean over;

  @TempDir
  private Path folder = Path.of("");

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

  static HttpClient httpClient(HttpClient.Version version) throws IOException {
    return HttpClient.newBuilder()
        .version(version)
        .sslContext(JdkTls.clientContext(Certificates.FRONT.certificate()))
        .connectTimeout(Duration.ofSeconds(20))
        .build();
  }

  static void get(HttpClient client, InetSocketAddress web) throws Exception {
    HttpResponse<String> response = client.send(
        HttpRequest.newBuilder(URI.create("https://localhost:" + web.getPort() + "/x"))
            .timeout(Duration.ofSeconds(20))
            .build(),
        HttpResponse.BodyHandlers.ofString());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).startsWith("GET /x\n");
  }

  @Test
  void losesNothingOverManyRestarts() throws Exception {
    assumeTrue(Epoll.isAvailable(), "epoll is not available here");
    List<Program> programs = new ArrayList<>();
    List<Future<?>> running = new ArrayList<>();
    try (Site site = new Site(folder);
        HttpClient http1 = httpClient(HttpClient.Version.HTTP_1_1);
        HttpClient http2 = httpClient(HttpClient.Version.HTTP_2)) {
      Program program = site.runForHandover();
      programs.add(program);
      InetSocketAddress web = Site.web(program);
      InetSocketAddress status = program.adminAddress("status");
      InetSocketAddress admin = program.adminAddress("admin");
      for (int i = 0; i < 3; i++) {
        running.add(client("http/1.1", () -> get(http1, web)));
        running.add(client("h2", () -> get(http2, web)));
      }
      running.add(client("new", () -> {
        try (RawClient fresh = Site.client(web)) {
          Reply reply = fresh.exchange("GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n");
          assertThat(reply.status()).isEqualTo(200);
        }
      }));
      for (InetSocketAddress port : List.of(status, admin)) {
        running.add(client("health", () -> {
          String ask = "GET /healthz/ready HTTP/1.1\r\nHost: localhost\r\n\r\n";
          assertThat(Watched.ask(port, ask).status()).isEqualTo(200);
        }));
      }
      awaitMore();
      for (int i = 0; i < RESTARTS; i++) {
        Program next = site.runForHandover();
        programs.add(next);
        awaitMore();
        assertThat(program.awaitExit()).as(program.output()).isZero();
        program = next;
      }
      over = true;
      for (Future<?> each : running) {
        each.get();
      }
      assertThat(failures).isEmpty();
      assertThat(served.get()).isGreaterThan((long) REQUESTS_BETWEEN * RESTARTS);
      program.signal("TERM");
      assertThat(program.awaitExit()).as(program.output()).isZero();
    } finally {
      over = true;
      programs.forEach(Program::close);
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
