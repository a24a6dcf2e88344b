package io.reseal.server.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reseal.server.kit.Json;
import io.reseal.server.kit.Launch;
import io.reseal.server.kit.Program;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is killed under load leaves nothing behind that keeps the next one from serving. */
final class KilledProcessTest {
  private static final int ENOUGH = 100;

  @TempDir
  private Path folder = Path.of("");

  @Test
  void isFollowedByOneOnTheSameAddressesAndFiles() throws Exception {
    Path log = folder.resolve("access.log");
    String handover = folder.resolve("handover").toString();
    String more = "accessLog: { output: access.log }\n";
    try (Scene scene = new Scene(folder)) {
      scene.write(more);
      try (Program first = scene.run(new Launch(), "--handover", handover)) {
        first.awaitLine("a successor can take over");
        try (Load load = Load.on(Scene.web(first))) {
          await().atMost(30, TimeUnit.SECONDS).until(() -> {
            assertThat(load.failures()).isEmpty();
            return load.served() >= ENOUGH && Files.size(log) > 0;
          });
          first.signal("KILL");
          first.awaitExit();
        }
        scene.listenWhere(first);
      }
      assertThat(folder.resolve("handover")).exists();
      int before = tearLastLine(log);
      scene.write(more);
      try (Program second = scene.run(new Launch(), "--handover", handover)) {
        second.awaitLine("a successor can take over");
        InetSocketAddress web = Scene.web(second);
        assertThat(Scene.get(web).status()).isEqualTo(200);
        assertThat(Scene.health(second.adminAddress("admin")).status()).isEqualTo(200);
        await().until(() -> Files.readAllLines(log).size() > before);
        second.signal("TERM");
        assertThat(second.awaitExit()).as(second.output()).isZero();
      }
      List<String> lines = Files.readAllLines(log);
      assertThat(lines).hasSize(before + 1);
      lines.remove(before - 1);
      assertThat(lines)
          .allSatisfy(line -> assertThat(Json.parse(line).number("status")).isEqualTo(200));
      assertThat(folder.resolve("handover")).doesNotExist();
    }
  }

  /** Cuts the last line as a kill within a write does, and returns how many lines there are. */
  private static int tearLastLine(Path log) throws Exception {
    int lines = Files.readAllLines(log).size();
    try (FileChannel channel = FileChannel.open(log, StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - 20);
    }
    assertThat(Files.readAllLines(log)).hasSize(lines);
    return lines;
  }
}
