package io.reseal.server.accesslog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reseal.config.AccessLogSettings;
import io.reseal.config.AccessLogSettings.Format;
import io.reseal.config.AccessLogSettings.Output;
import io.reseal.config.AccessLogSettings.Query;
import io.reseal.core.StartException;
import io.reseal.server.kit.Json;
import io.reseal.server.kit.Shell;
import io.reseal.server.kit.Watched;
import io.reseal.testkit.RawClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An output of the access log that is slow, full, gone or moved stops no request. */
final class StalledOutputTest {
  private static final String GET = "GET /%d HTTP/1.1\r\nHost: a.test\r\n\r\n";
  private static final String DROPPED = "reseal_access_log_dropped_total";
  private static final String WRITTEN = "reseal_access_log_lines_total";
  private static final int QUEUE = 64;

  @TempDir
  private Path folder = Path.of("");

  private static AccessLogSettings to(Path output) {
    return new AccessLogSettings(new Output.File(output), Format.JSON, Query.OMIT, QUEUE);
  }

  /** Each is served, over one connection. */
  private static void ask(Watched proxy, int requests) throws IOException {
    try (RawClient client = proxy.plainClient()) {
      for (int i = 0; i < requests; i++) {
        assertThat(client.exchange(GET.formatted(i)).status()).isEqualTo(200);
      }
    }
  }

  private Path pipe() throws Exception {
    Shell.require("mkfifo");
    new Shell(folder).run("mkfifo pipe").requireSuccess();
    return folder.resolve("pipe");
  }

  @Test
  void servesWhileNobodyReadsThePipe() throws Exception {
    Path pipe = pipe();
    try (Watched proxy = Watched.start(setup -> setup.accessLog(to(pipe)))) {
      ask(proxy, 200);
      assertThat(proxy.scrape().sum(DROPPED, "reason=\"queue_full\"")).isEqualTo(200 - QUEUE);
      assertThat(proxy.scrape().sum(WRITTEN)).isZero();
      // What waited is for the first one who reads.
      try (BufferedReader reader = Files.newBufferedReader(pipe)) {
        for (int i = 0; i < QUEUE; i++) {
          assertThat(Json.parse(reader.readLine()).get("path")).isEqualTo("/" + i);
        }
        ask(proxy, 1);
        assertThat(Json.parse(reader.readLine()).get("path")).isEqualTo("/0");
      }
    }
  }

  /** Clients choose how long lines are: what waits is bounded in bytes, too. */
  @Test
  void keepsFewerLinesWhereTheyAreLong() throws Exception {
    String get = "GET / HTTP/1.1\r\nHost: a.test\r\nUser-Agent: " + "\"".repeat(1_000) + "\r\n\r\n";
    Path pipe = pipe();
    try (Watched proxy = Watched.start(setup -> setup.accessLog(to(pipe)))) {
      try (RawClient client = proxy.plainClient()) {
        for (int i = 0; i < QUEUE; i++) {
          assertThat(client.exchange(get).status()).isEqualTo(200);
        }
      }
      double kept = QUEUE - proxy.scrape().sum(DROPPED, "reason=\"queue_full\"");
      assertThat(kept).isBetween(10.0, QUEUE / 2.0);
      try (BufferedReader reader = Files.newBufferedReader(pipe)) {
        for (int i = 0; i < kept; i++) {
          assertThat(Json.parse(reader.readLine()).get("userAgent")).isEqualTo("\"".repeat(1_000));
        }
      }
    }
  }

  @Test
  void servesWhileTheReaderStandsStillAndAfterItLeft() throws Exception {
    Path pipe = pipe();
    try (Watched proxy = Watched.start(setup -> setup.accessLog(to(pipe)))) {
      try (BufferedReader reader = Files.newBufferedReader(pipe)) {
        ask(proxy, 1);
        reader.readLine();
        // More than the pipe and the queue hold.
        ask(proxy, 1_000);
        await().until(() -> proxy.scrape().sum(DROPPED, "reason=\"queue_full\"") > 0);
      }
      await().until(() -> proxy.scrape().sum(DROPPED, "reason=\"output_failed\"") > 0);
      ask(proxy, 200);
      try (BufferedReader reader = Files.newBufferedReader(pipe)) {
        assertThat(reader.readLine()).startsWith("{");
      }
    }
  }

  @Test
  void servesWhileTheDiskIsFull() throws IOException {
    Path full = Path.of("/dev/full");
    try (Watched proxy = Watched.start(setup -> setup.accessLog(to(full)))) {
      for (int i = 0; i < 10; i++) {
        ask(proxy, 20);
      }
      await().until(() -> proxy.scrape().sum(DROPPED) == 200);
      assertThat(proxy.scrape().sum(DROPPED, "reason=\"output_failed\"")).isPositive();
      assertThat(proxy.scrape().sum(WRITTEN)).isZero();
    }
  }

  @Test
  void goesOnInANewFileAfterARename() throws IOException {
    LogFile before = new LogFile(folder.resolve("access.log"));
    LogFile renamed = new LogFile(folder.resolve("access.log.1"));
    try (Watched proxy = Watched.start(setup -> setup.accessLog(before.json()))) {
      ask(proxy, 1);
      before.lines(1);
      Files.move(before.path(), renamed.path());
      await().until(() -> Files.exists(before.path()));
      ask(proxy, 2);
      before.lines(2);
      renamed.lines(1);
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(before.path())))
          .isEqualTo("rw-r-----");
    }
  }

  @Test
  void addsToAFileThatIsThereAndLosesNothingAtTheEnd() throws IOException {
    LogFile file = new LogFile(folder.resolve("access.log"));
    Files.writeString(file.path(), "before\n");
    try (Watched proxy = Watched.start(setup -> setup.accessLog(file.json()))) {
      ask(proxy, 50);
    }
    List<String> lines = Files.readAllLines(file.path());
    assertThat(lines).hasSize(51).startsWith("before");
    assertThat(lines.getLast()).endsWith("}");
  }

  @Test
  void refusesToStartWithAFileThatCannotBeWritten() throws IOException {
    Path folderInTheWay = Files.createDirectory(folder.resolve("access.log"));
    try (Watched proxy = Watched.start(setup -> setup.accessLog(to(folderInTheWay)))) {
      throw new AssertionError("started: " + proxy);
    } catch (AssertionError refused) {
      assertThat(refused)
          .hasCauseInstanceOf(StartException.class)
          .hasMessageContaining("accessLog.output");
    }
  }
}
