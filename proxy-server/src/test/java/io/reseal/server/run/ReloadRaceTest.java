package io.reseal.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.read.ConfigResult;
import io.reseal.server.admin.Reload;
import io.reseal.server.kit.Program;
import io.reseal.server.kit.Watched;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.Reply;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reloads that meet each other, or the end. */
final class ReloadRaceTest {
  private static final int VERSIONS = 30;

  @TempDir
  private Path folder = Path.of("");

  private Site site;
  private String text = "";

  @BeforeEach
  void start() throws IOException {
    site = new Site(folder);
    text = Files.readString(site.yaml());
  }

  @AfterEach
  void stop() {
    site.close();
  }

  /** A file in one step, whose two redirects are of the same version. */
  private void write(int version) throws IOException {
    Path next = folder.resolve("next.yaml");
    Files.writeString(
        next, text.replace("routes:\n", """
        routes:
          - host: a.test
            paths: [{ prefix: /one }]
            redirect: { host: v%1$d.test }
          - host: a.test
            paths: [{ prefix: /two }]
            redirect: { host: v%1$d.test }
        """.formatted(version).stripTrailing() + "\n"));
    Files.move(
        next, site.yaml(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static String location(RawClient client, String path) throws IOException {
    Reply reply = client.exchange("GET " + path + " HTTP/1.1\r\nHost: a.test\r\n\r\n");
    assertThat(reply.status()).as(reply.bodyText()).isEqualTo(308);
    return reply.fields().first("location");
  }

  @Test
  void theLastOfManyWinsAndNoneIsMixed() throws Exception {
    write(0);
    ConfigSource source = ConfigSource.file(site.yaml());
    ConfigSource.Reading first = source.read();
    assertThat(first.result()).isInstanceOf(ConfigResult.Valid.class);
    try (ProxyProcess proxy =
            ProxyProcess.start(source, first, new Termination(), /* watched= */ true);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        RawClient client =
            Site.client(Objects.requireNonNull(proxy.addresses().get("web")).getFirst())) {
      List<Future<Reload>> reloads = new ArrayList<>();
      for (int version = 1; version <= VERSIONS; version++) {
        write(version);
        reloads.add(threads.submit(proxy::reload));
        reloads.add(threads.submit(proxy::reload));
        assertThat(location(client, "/one")).startsWith("https://v");
      }
      for (Future<Reload> each : reloads) {
        assertThat(each.get().outcome()).isNotEqualTo(Reload.Outcome.REFUSED);
      }
      proxy.reload();
      for (String path : List.of("/one", "/two")) {
        assertThat(location(client, path)).isEqualTo("https://v" + VERSIONS + ".test" + path);
      }
    }
  }

  /** The answer may come, or the end before it. */
  private static void reload(InetSocketAddress admin) {
    try {
      Watched.ask(admin, "POST /reload HTTP/1.1\r\nHost: localhost\r\n\r\n");
    } catch (IOException ended) {
      // As it may.
    }
  }

  @Test
  void endsInOrderWhateverIsReloadedMeanwhile() throws Exception {
    try (Program program = site.run("--no-watch");
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      InetSocketAddress web = Site.web(program);
      InetSocketAddress admin = program.adminAddress("admin");
      try (MixedTraffic traffic = new MixedTraffic(site, web)) {
        write(1);
        Future<?> asked = threads.submit(() -> reload(admin));
        program.signal("HUP");
        program.signal("TERM");
        program.signal("HUP");
        program.awaitLine("draining for at most 30 s");
        traffic.finish();
        asked.get();
      }
      assertThat(program.awaitExit()).as(program.output()).isZero();
      assertThat(program.output())
          .contains("nothing was cut")
          .doesNotContain("Exception", "mistake");
    }
  }
}
