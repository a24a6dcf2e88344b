package io.reseal.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What wakes the watch over the configuration, and what must not. */
final class FolderWatchTest {
  /** The watch looks at the files themselves after half a second. */
  private static final long POLL_MILLIS = 500;

  private static final long LONG_MILLIS = 20_000;

  @TempDir
  private Path folder = Path.of("");

  private FolderWatch watch = open();

  private static FolderWatch open() {
    try {
      return FolderWatch.open();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void writeFiles() throws IOException {
    Files.writeString(folder.resolve("reseal.yaml"), "one");
    Files.writeString(folder.resolve("access.log"), "line\n");
  }

  @AfterEach
  void close() throws IOException {
    watch.close();
  }

  @Test
  void sleepsWhileALogBesideTheFilesGrows() throws Exception {
    watch.watch(Set.of(folder.resolve("reseal.yaml")));
    for (int i = 0; i < 3; i++) {
      append("access.log");
      assertThat(watch.await(POLL_MILLIS)).isFalse();
    }
  }

  @Test
  void wakesAtAWriteToOneOfTheFiles() throws Exception {
    watch.watch(Set.of(folder.resolve("reseal.yaml")));
    append("access.log");
    append("reseal.yaml");
    assertThat(watch.await(LONG_MILLIS)).isTrue();
  }

  @Test
  void wakesAtARename() throws Exception {
    watch.watch(Set.of(folder.resolve("reseal.yaml")));
    Path next = Files.writeString(folder.resolve("next"), "two");
    Files.move(next, folder.resolve("reseal.yaml"), StandardCopyOption.REPLACE_EXISTING);
    assertThat(watch.await(LONG_MILLIS)).isTrue();
  }

  /** As Kubernetes changes a mounted secret: a link to a folder is exchanged. */
  @Test
  void wakesAtTheExchangeOfALinkOnTheWay() throws Exception {
    for (String version : new String[] {"..one", "..two"}) {
      Files.writeString(Files.createDirectory(folder.resolve(version)).resolve("tls.crt"), version);
    }
    Files.createSymbolicLink(folder.resolve("..data"), Path.of("..one"));
    Path named = Files.createSymbolicLink(folder.resolve("tls.crt"), Path.of("..data/tls.crt"));
    watch.watch(Set.of(named));
    Path next = Files.createSymbolicLink(folder.resolve("..tmp"), Path.of("..two"));
    Files.move(next, folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
    assertThat(watch.await(LONG_MILLIS)).isTrue();
  }

  @Test
  void wakesAtAWriteBehindALink() throws Exception {
    Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
    Files.writeString(elsewhere.resolve("real.yaml"), "one");
    Path named =
        Files.createSymbolicLink(folder.resolve("link.yaml"), Path.of("elsewhere/real.yaml"));
    watch.watch(Set.of(named));
    append("elsewhere/real.yaml");
    assertThat(watch.await(LONG_MILLIS)).isTrue();
  }

  @Test
  void wakesAtAWriteInAFolderThatHasTwoPaths() throws Exception {
    Path linked = Files.createSymbolicLink(folder.resolve("linked"), Path.of("."));
    for (String file : new String[] {"reseal.yaml", "access.log"}) {
      try (FolderWatch both = FolderWatch.open()) {
        both.watch(Set.of(folder.resolve("reseal.yaml"), linked.resolve("access.log")));
        append(file);
        assertThat(both.await(LONG_MILLIS)).as(file).isTrue();
      }
    }
  }

  private void append(String file) throws IOException {
    Files.writeString(folder.resolve(file), "more\n", StandardOpenOption.APPEND);
  }
}
