package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.HostPort;
import io.reseal.config.PathMatch;
import io.reseal.config.ProxyConfig;
import io.reseal.config.RuntimeSettings;
import io.reseal.config.RuntimeSettings.TlsProvider;
import io.reseal.config.RuntimeSettings.Transport;
import io.reseal.testkit.ProxyFixture;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * An upstream of a thousand endpoints, some of which come and go with every change: no request fails,
 * and nothing stays of those that are gone. All are alive for as long as they are named.
 */
@Timeout(300)
final class EndpointChurnTest {
  private static final boolean LONG = Boolean.getBoolean("reseal.long");
  private static final int NAMED = 1_000;
  private static final int SPARE = 50;
  private static final int CHANGES = LONG ? 1_000 : 60;

  /** How many endpoints each change takes away, and how many it adds. */
  private static final int STEP = 5;

  private static final long MOST_GROWTH_BYTES = 4 << 20;

  private final List<Endpoint> endpoints = new ArrayList<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicLong served = new AtomicLong();
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private volatile boolean over;

  @BeforeEach
  void start() throws IOException {
    for (int i = 0; i < NAMED + SPARE; i++) {
      Endpoint endpoint = new Endpoint();
      endpoints.add(endpoint);
      threads.submit(endpoint::serve);
    }
  }

  @AfterEach
  void stop() throws IOException {
    over = true;
    for (Endpoint each : endpoints) {
      each.listening.close();
      for (Socket open : each.open) {
        open.close();
      }
    }
    threads.close();
  }

  /** A server that answers in cleartext, and knows who is connected. */
  private final class Endpoint {
    private final ServerSocket listening =
        new ServerSocket(0, 64, InetAddress.ofLiteral("127.0.0.1"));
    private final Queue<Socket> open = new ConcurrentLinkedQueue<>();

    Endpoint() throws IOException {}

    void serve() {
      try {
        while (true) {
          Socket socket = listening.accept();
          open.add(socket);
          threads.submit(() -> answer(socket));
        }
      } catch (IOException closed) {
        // The test is over.
      }
    }

    private void answer(Socket socket) {
      try (socket) {
        BufferedReader lines = new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.isEmpty()) {
            socket
                .getOutputStream()
                .write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"
                    .getBytes(StandardCharsets.US_ASCII));
          }
        }
      } catch (IOException gone) {
        // As it may.
      } finally {
        open.remove(socket);
      }
    }

    HostPort address() {
      return new HostPort("127.0.0.1", listening.getLocalPort());
    }
  }

  /** The endpoints named after so many changes: a window over all of them that goes round. */
  private List<Endpoint> named(int changes) {
    List<Endpoint> named = new ArrayList<>();
    for (int i = 0; i < NAMED; i++) {
      named.add(endpoints.get((changes * STEP + i) % endpoints.size()));
    }
    return named;
  }

  private static ProxyConfig config(List<Endpoint> named) {
    return new ProxySetup()
        .runtime(new RuntimeSettings(Transport.AUTO, TlsProvider.BORINGSSL, /* eventLoops= */ 1))
        .identity("front", "a.test")
        .upstream(
            "many",
            ProxySetup.verified(),
            named.stream().map(Endpoint::address).toArray(HostPort[]::new))
        .offload("a.test", PathMatch.EVERYTHING, "many")
        .config();
  }

  @Test
  void servesFromThoseThatAreNamedAndKeepsNothingOfTheOthers() throws Exception {
    try (ProxyFixture proxy = ProxyFixture.start(config(named(0)))) {
      List<Future<?>> clients = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        clients.add(threads.submit(() -> ask(proxy)));
      }
      // What connections weigh does not grow from here on.
      Await.until(() -> named(0).stream().noneMatch(each -> each.open.isEmpty()));
      long liveEarly = ChangeUnderLoadTest.liveBytes();
      for (int i = 1; i <= CHANGES; i++) {
        proxy.publish(config(named(i)));
        long soFar = served.get();
        Await.until(() -> served.get() >= soFar + 10 || !failures.isEmpty());
      }
      over = true;
      for (Future<?> each : clients) {
        each.get();
      }
      assertThat(failures).isEmpty();
      List<Endpoint> last = named(CHANGES);
      Await.until(() -> endpoints.stream()
          .filter(each -> !last.contains(each))
          .allMatch(each -> each.open.isEmpty()));
      assertThat(last.stream().mapToInt(each -> each.open.size()).sum()).isPositive();
      assertThat(proxy.dataPlane().upstreams().getFirst().endpoints()).hasSize(NAMED);
      assertThat(ChangeUnderLoadTest.liveBytes() - liveEarly).isLessThan(MOST_GROWTH_BYTES);
    }
  }

  private void ask(ProxyFixture proxy) {
    AtomicInteger asked = new AtomicInteger();
    while (!over) {
      try (RawClient client = proxy.plainClient()) {
        for (int i = 0; i < 50 && !over; i++) {
          asked.incrementAndGet();
          int status =
              client.exchange("GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n").status();
          if (status != 200) {
            failures.add("status " + status);
          }
          served.incrementAndGet();
        }
      } catch (IOException | AssertionError failed) {
        failures.add("request " + asked + ": " + failed);
      }
    }
  }
}
