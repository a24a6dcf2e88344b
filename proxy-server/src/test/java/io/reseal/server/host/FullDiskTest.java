package io.reseal.server.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reseal.server.kit.Json;
import io.reseal.server.kit.Launch;
import io.reseal.server.kit.Program;
import io.reseal.testkit.RawClient;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that fills up under the logs of the program, and gets room again. */
final class FullDiskTest {
  private static final String LOST = "reseal_access_log_dropped_total";
  private static final int REQUESTS = 200;

  @TempDir
  private Path folder = Path.of("");

  @Test
  void servesAndCountsWhatIsLostAndGoesOnWhenThereIsRoom() throws Exception {
    Path disk = Files.createDirectory(folder.resolve("disk"));
    Launch launch = new Launch()
        .inNamespaces(
            "-m", "mount -t tmpfs -o size=1m tmpfs " + disk + "; exec 2>" + disk + "/process.log");
    try (Scene scene = new Scene(folder)) {
      scene.write("accessLog: { output: disk/access.log }\n");
      try (Program program = scene.run(launch)) {
        Path inside = Path.of("/proc", Long.toString(program.pid()), "root" + disk);
        Path processLog = inside.resolve("process.log");
        InetSocketAddress web =
            Scene.loopback(port(processLog, "listener \"web\" on [^ ]*:([0-9]+),"));
        InetSocketAddress admin =
            Scene.loopback(port(processLog, "admin port on [^ ]*:([0-9]+)\n"));
        ask(web);
        assertThat(Scene.scrape(admin).sum(LOST)).isZero();

        Path filler = inside.resolve("filler");
        fill(filler);
        ask(web);
        await().until(() -> Scene.scrape(admin).sum(LOST, "reason=\"output_failed\"") > 0);
        assertThat(Scene.health(admin).status()).isEqualTo(200);

        Files.delete(filler);
        double lost = lostOnceQuiet(admin);
        ask(web);
        Path log = inside.resolve("access.log");
        await().until(() -> linesOf(log).size() >= 2 * REQUESTS - lost);
        assertThat(Scene.scrape(admin).sum(LOST)).isEqualTo(lost);
        List<String> broken = new ArrayList<>();
        for (String line : linesOf(log)) {
          if (!line.startsWith("{") || !line.endsWith("}")) {
            broken.add(line);
          } else {
            assertThat(Json.parse(line).number("status")).isEqualTo(200);
          }
        }
        // What of a line still fitted when there was no more room.
        assertThat(broken).hasSizeLessThanOrEqualTo(1);
      }
    }
  }

  private static void ask(InetSocketAddress web) throws IOException {
    try (RawClient client = Scene.client(web)) {
      for (int i = 0; i < REQUESTS; i++) {
        assertThat(client.exchange(Scene.GET).status()).isEqualTo(200);
      }
    }
  }

  /** Every line that was asked for is either written or counted as lost. */
  private static double lostOnceQuiet(InetSocketAddress admin) throws IOException {
    await().until(() -> {
      var scrape = Scene.scrape(admin);
      return scrape.sum(LOST) + scrape.sum("reseal_access_log_lines_total") == 2 * REQUESTS;
    });
    return Scene.scrape(admin).sum(LOST);
  }

  private static void fill(Path filler) throws IOException {
    byte[] page = new byte[4096];
    try (OutputStream out = Files.newOutputStream(filler)) {
      for (int i = 0; i < 1024; i++) {
        out.write(page);
      }
      throw new AssertionError("the disk is larger than it should be");
    } catch (IOException full) {
      assertThat(full).hasMessageContaining("No space left");
    }
  }

  private static List<String> linesOf(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1).lines().toList();
  }

  private static int port(Path log, String regex) {
    Matcher[] found = new Matcher[1];
    await().ignoreException(java.nio.file.NoSuchFileException.class).until(() -> {
      found[0] = Pattern.compile(regex).matcher(Files.readString(log));
      return found[0].find();
    });
    return Integer.parseInt(found[0].group(1));
  }
}
