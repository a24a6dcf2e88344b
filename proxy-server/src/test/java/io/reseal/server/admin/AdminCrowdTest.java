package io.reseal.server.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.channel.embedded.EmbeddedChannel;
import io.reseal.config.AdminSettings;
import io.reseal.config.AdminSettings.Port;
import io.reseal.config.HostPort;
import io.reseal.server.kit.Watched;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Many at the ports at once, none of whom keeps the others out. */
final class AdminCrowdTest {
  private static final Port ANY_PORT = new Port.At(new HostPort("127.0.0.1", 0));
  private static final String READY = "GET /healthz/ready HTTP/1.1\r\nHost: localhost\r\n\r\n";

  /** Beyond what the kernel takes for a client that reads nothing. */
  private static final int LARGE_BYTES = 16 << 20;

  private final AtomicInteger made = new AtomicInteger();
  private final Health health = new Health();
  private final AdminAnswer large =
      new AdminAnswer(200, "text/plain", new byte[LARGE_BYTES], Map.of());
  private final AdminServer server = StatusScene.serve(
      new AdminSettings(ANY_PORT, ANY_PORT, List.of()),
      AdminPages.health(health).page("/large", request -> {
        made.incrementAndGet();
        return large;
      }),
      AdminPages.health(health));
  private final List<Socket> crowd = new ArrayList<>();

  @AfterEach
  void stop() throws IOException {
    for (Socket each : crowd) {
      each.close();
    }
    server.close();
  }

  private Socket come(InetSocketAddress address) throws IOException {
    Socket socket = new Socket();
    crowd.add(socket);
    socket.setReceiveBufferSize(4_096);
    socket.setSoTimeout(20_000);
    socket.connect(address, 20_000);
    return socket;
  }

  @Test
  void answersHealthChecksHoweverManyOnlyConnect() throws IOException {
    health.serving();
    for (InetSocketAddress port :
        List.of(server.status().orElseThrow(), server.admin().orElseThrow())) {
      for (int i = 0; i < 2 * PortConnections.MOST; i++) {
        come(port);
      }
      assertThat(Watched.ask(port, READY).status()).isEqualTo(200);
      assertThat(crowd
              .get(crowd.size() - 2 * PortConnections.MOST)
              .getInputStream()
              .read())
          .as("the oldest gave way")
          .isEqualTo(-1);
    }
  }

  @Test
  void makesOnlyAFewLargeAnswersAtATime() throws IOException {
    health.serving();
    InetSocketAddress port = server.admin().orElseThrow();
    for (int i = 0; i < 2 * AnswerThreads.MOST_LARGE; i++) {
      come(port)
          .getOutputStream()
          .write(
              "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    await().atMost(Duration.ofSeconds(20)).until(() -> made.get() >= AnswerThreads.MOST_LARGE);
    assertThat(Watched.ask(port, READY).status()).isEqualTo(200);
    assertThat(made).hasValue(AnswerThreads.MOST_LARGE);
    try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Socket each : crowd) {
        readers.submit(() -> each.getInputStream().transferTo(OutputStream.nullOutputStream()));
      }
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> made.get() == 2 * AnswerThreads.MOST_LARGE);
    }
  }

  @Test
  void turnsAwayWhoAsksForLargeAnswersWhileManyWait() throws IOException {
    health.serving();
    InetSocketAddress port = server.admin().orElseThrow();
    for (int i = 0; i < PortConnections.MOST; i++) {
      come(port)
          .getOutputStream()
          .write(
              "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      if (i == AnswerThreads.MOST_LARGE) {
        await().atMost(Duration.ofSeconds(20)).until(() -> made.get() >= AnswerThreads.MOST_LARGE);
      }
    }
    byte[] turnedAway = crowd.getLast().getInputStream().readNBytes(12);
    assertThat(new String(turnedAway, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 503");
    assertThat(Watched.ask(port, READY).status()).isEqualTo(200);
    assertThat(made).hasValue(AnswerThreads.MOST_LARGE);
  }

  @Test
  void keepsNothingOfAConnectionThatIsClosed() {
    EmbeddedChannel channel = new EmbeddedChannel(new AdminHandler(
        new PortConnections(),
        () -> new AdminPort.Service(any -> Optional.empty(), AdminPages.health(health)),
        new AnswerThreads()));
    assertThat(channel.runScheduledPendingTasks()).as("its deadline").isPositive();
    channel.close();
    assertThat(channel.runScheduledPendingTasks())
        .as("nothing is left to be done")
        .isEqualTo(-1);
    channel.finishAndReleaseAll();
  }
}
