package io.reseal.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.command.InspectContainerResponse;
import io.reseal.testkit.TestPki;
import io.reseal.testkit.TestPki.Issued;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.GenericContainer;

/** The image in front of nginx, with 128 MiB, no capability and a root file system to read only. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
final class ImageContainerTest {
  private static final int CONNECTIONS = 1_000;
  private static final int AT_ONCE = 100;
  private static final int ROUNDS = 10;
  private static final int STOPPED_REQUESTS = 40;
  private static final long UPLOAD_BYTES = 1L << 30;

  @TempDir
  private Path folder = Path.of("");

  @BeforeAll
  static void requireEngine() throws Exception {
    Engine.require();
  }

  @AfterAll
  static void leaveNothing() throws Exception {
    assertThat(Engine.docker("ps", "--all", "--quiet", "--filter", "ancestor=" + Engine.IMAGE))
        .isEmpty();
  }

  @Test
  void reencryptsAsAnOrdinaryUserWithoutRights() throws Exception {
    try (Site site = new Site(folder);
        Visitor.Connection connection = site.visitor().connect()) {
      assertThat(connection.get("/cart")).startsWith("HTTP/1.1 200").endsWith("path /cart\n");
      String status = Files.readString(proc(site.reseal()).resolve("status"));
      assertThat(status)
          .containsPattern("Uid:\\s+65532\\s+65532")
          .containsPattern("Gid:\\s+65532\\s+65532")
          .containsPattern("CapPrm:\\s+0+\n")
          .containsPattern("CapEff:\\s+0+\n")
          .containsPattern("CapBnd:\\s+0+\n")
          .containsPattern("NoNewPrivs:\\s+1");
      assertThat(Engine.docker("diff", site.reseal().getContainerId())).isEmpty();
      assertThat(site.reseal().getLogs())
          .containsPattern("(?m)^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z INFO  listener"
              + " \"https\" on 0\\.0\\.0\\.0:8443, transport epoll$")
          .doesNotContain("Exception");
    }
  }

  /** Of the program itself, which is the first process of its container. */
  private static Path proc(GenericContainer<?> container) {
    InspectContainerResponse.ContainerState state = Engine.state(container);
    return Path.of("/proc", Long.toString(Objects.requireNonNull(state.getPidLong())));
  }

  @Test
  void hasOneEventLoopPerCoreThatIsGranted() throws Exception {
    try (Site site = new Site(folder);
        Stream<Path> threads = Files.list(proc(site.reseal()).resolve("task"))) {
      List<String> loops = new ArrayList<>();
      for (Path thread : threads.toList()) {
        String name = Files.readString(thread.resolve("comm")).strip();
        if (name.startsWith("reseal-loop")) {
          loops.add(name);
        }
      }
      assertThat(loops).hasSize(1);
    }
  }

  @Test
  void findsItsCacheInTheImage() throws Exception {
    // Where the cache does not fit, this mode ends the virtual machine.
    assertThat(Engine.docker(
            "run",
            "--rm",
            "--read-only",
            "--entrypoint",
            "/opt/reseal/runtime/bin/java",
            Engine.IMAGE,
            "-XX:AOTMode=on",
            "@/opt/reseal/lib/jvm.options",
            "@/opt/reseal/lib/image.options",
            "io.reseal.server.Main",
            "--version"))
        .startsWith("reseal ");
  }

  @Test
  void givesTheSameLayersAgain() throws Exception {
    Engine.build("reseal:again", "--no-cache");
    assertThat(layers("reseal:again")).isEqualTo(layers(Engine.IMAGE));
    Engine.docker("rmi", "reseal:again");
  }

  private static String layers(String image) throws Exception {
    return Engine.docker("inspect", "--format", "{{.RootFS.Layers}}", image);
  }

  @Test
  void serves1000ConnectionsWith128Mebibytes() throws Exception {
    try (Site site = new Site(folder)) {
      visit(site, AT_ONCE);
    }
  }

  @Test
  void serves1000ConnectionsThatAskAtOnceWith128Mebibytes() throws Exception {
    try (Site site = new Site(folder)) {
      visit(site, CONNECTIONS);
    }
  }

  /** Opens all connections, then asks again and again on each, on so many at once. */
  private static void visit(Site site, int atOnce) throws Exception {
    Visitor visitor = site.visitor();
    List<Visitor.Connection> open = new ArrayList<>();
    Semaphore places = new Semaphore(atOnce);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < CONNECTIONS; i++) {
        open.add(visitor.connect());
      }
      List<Future<?>> visits = new ArrayList<>();
      for (int round = 0; round < ROUNDS; round++) {
        for (Visitor.Connection connection : open) {
          visits.add(threads.submit(() -> {
            places.acquire();
            synchronized (connection) {
              assertThat(connection.get("/again")).endsWith("path /again\n");
            }
            places.release();
            return true;
          }));
        }
      }
      for (Future<?> each : visits) {
        each.get();
      }
    } catch (ExecutionException failed) {
      throw new AssertionError(Engine.state(site.reseal()) + site.reseal().getLogs(), failed);
    } finally {
      for (Visitor.Connection connection : open) {
        connection.close();
      }
    }
    requireAlive(site);
  }

  @Test
  void relaysAnUploadOf1GibibyteWith128Mebibytes() throws Exception {
    try (Site site = new Site(folder);
        Visitor.Connection connection = site.visitor().connect()) {
      connection.send("POST", "/upload", UPLOAD_BYTES);
      connection.sendBody(UPLOAD_BYTES);
      assertThat(connection.receive())
          .startsWith("HTTP/1.1 200")
          .endsWith("length " + UPLOAD_BYTES + "\n");
      requireAlive(site);
    }
  }

  private static void requireAlive(Site site) {
    InspectContainerResponse.ContainerState state = Engine.state(site.reseal());
    assertThat(state.getOOMKilled()).isFalse();
    assertThat(state.getRunning()).as(site.reseal().getLogs()).isTrue();
    assertThat(site.reseal().getLogs()).doesNotContain("OutOf");
  }

  @Test
  void finishesWhatIsUnderWayWhenStopped() throws Exception {
    try (Site site = new Site(folder)) {
      Visitor visitor = site.visitor();
      List<Visitor.Connection> open = new ArrayList<>();
      for (int i = 0; i < STOPPED_REQUESTS; i++) {
        open.add(visitor.connect());
      }
      CountDownLatch begun = new CountDownLatch(STOPPED_REQUESTS);
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<Future<String>> bodies = new ArrayList<>();
        for (Visitor.Connection connection : open) {
          bodies.add(threads.submit(() -> {
            connection.send("GET", "/slow", 0);
            String head = connection.receiveHead();
            begun.countDown();
            return connection.receiveBody(head);
          }));
        }
        assertThat(begun.await(60, TimeUnit.SECONDS)).isTrue();
        String id = site.reseal().getContainerId();
        Engine.client().stopContainerCmd(id).withTimeout(60).exec();
        for (Future<String> body : bodies) {
          assertThat(body.get()).hasSize(60_000);
        }
        assertThat(Engine.client().inspectContainerCmd(id).exec().getState().getExitCodeLong())
            .isZero();
        assertThat(site.reseal().getLogs()).contains("stopped; nothing was cut");
      }
    }
  }

  @Test
  void takesUpCertificatesThatAreSwappedInTheMountedFolder() throws Exception {
    try (Site site = new Site(folder);
        Visitor.Connection before = site.visitor().connect()) {
      assertThat(before.get("/before")).endsWith("path /before\n");
      Issued another = TestPki.ca("Another CA");
      Issued renewed = TestPki.server(Site.HOST).issuer(another).issue();
      replace("shop.key", renewed.keyPem());
      replace("shop.crt", renewed.chainPem());
      Visitor visitor = site.visitor(another.certificate());
      Awaitility.await()
          .atMost(60, TimeUnit.SECONDS)
          .ignoreExceptionsInstanceOf(IOException.class)
          .untilAsserted(() -> {
            try (Visitor.Connection after = visitor.connect()) {
              assertThat(after.get("/after")).endsWith("path /after\n");
            }
          });
      assertThat(before.get("/still")).endsWith("path /still\n");
      requireAlive(site);
    }
  }

  private void replace(String name, String text) throws IOException {
    Path whole = Files.writeString(folder.resolve(name + ".new"), text);
    Files.move(whole, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  @Test
  void saysWhatIsWrongWithAConfiguration() throws Exception {
    Files.writeString(folder.resolve("reseal.yaml"), """
        listeners: [{ name: web, adress: "0.0.0.0:8443" }]
        """);
    folder.toFile().setReadable(true, false);
    folder.toFile().setExecutable(true, false);
    Process process = new ProcessBuilder(
            "docker",
            "run",
            "--rm",
            "--read-only",
            "--volume",
            folder + ":/etc/reseal:ro",
            Engine.IMAGE)
        .redirectErrorStream(true)
        .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isEqualTo(1);
    assertThat(output)
        .contains("/etc/reseal/reseal.yaml:1:")
        .contains("adress")
        .contains("Did you mean \"address\"?");
  }
}
