package io.reseal.server.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reseal.testkit.TestPki;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are watched where the system tells of no events. {@link ReloadTest} has those. */
final class FileWatchTest {
  @TempDir
  private Path folder = Path.of("");

  private static void until(Callable<Boolean> condition) {
    await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .atMost(Duration.ofSeconds(20))
        .until(condition);
  }

  private static X509Certificate shown(Reloading proxy) {
    return proxy
        .dataPlane
        .config()
        .identities()
        .getFirst()
        .keyPairs()
        .getFirst()
        .chain()
        .getFirst();
  }

  /** A new certificate is shown within a second: a quarter of it is for the reading. */
  @Test
  void waitsForLessThanASecond() {
    assertThat(FileWatch.SHORTEST_POLL_MILLIS + QuietTime.QUIET_MILLIS).isLessThanOrEqualTo(750);
  }

  @Test
  void takesUpAChangeByLookingAlone() throws Exception {
    Path yaml = Reloading.write(folder);
    try (Reloading proxy = new Reloading(ConfigSource.file(yaml), Thread::sleep);
        FileWatch watch = FileWatch.startPolling(proxy.reloader)) {
      Files.writeString(yaml, Reloading.MORE, StandardOpenOption.APPEND);
      until(() -> proxy.routes() == 2);
      TestPki.Issued renewed = Reloading.writeIdentity(folder);
      until(() -> shown(proxy).equals(renewed.certificate()));
    }
  }

  /** As Kubernetes changes a mounted secret: a link to a folder is exchanged. */
  @Test
  void takesUpTheSwapOfALinkedFolderByLookingAlone() throws Exception {
    Path yaml = Reloading.write(folder);
    Path old = Files.createDirectory(folder.resolve("..1"));
    for (String file : new String[] {"front.key", "front.crt"}) {
      Files.move(folder.resolve(file), old.resolve(file));
      Files.createSymbolicLink(folder.resolve(file), Path.of("..data", file));
    }
    Files.createSymbolicLink(folder.resolve("..data"), Path.of("..1"));
    try (Reloading proxy = new Reloading(ConfigSource.file(yaml), Thread::sleep);
        FileWatch watch = FileWatch.startPolling(proxy.reloader)) {
      TestPki.Issued renewed =
          Reloading.writeIdentity(Files.createDirectory(folder.resolve("..2")));
      Files.createSymbolicLink(folder.resolve("..tmp"), Path.of("..2"));
      Files.move(folder.resolve("..tmp"), folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
      until(() -> shown(proxy).equals(renewed.certificate()));
    }
  }
}
