package io.reseal.server.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.AccessLogSettings;
import io.reseal.config.AccessLogSettings.Format;
import io.reseal.config.AccessLogSettings.Output;
import io.reseal.config.AccessLogSettings.Query;
import io.reseal.core.observe.ClientFacts;
import io.reseal.core.observe.TlsLeg;
import io.reseal.core.observe.TunnelRecord;
import io.reseal.core.observe.UpstreamFacts;
import io.reseal.server.metrics.QueueCounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the writer of lines does with mistakes of our own. */
final class LineWriterTest {
  @TempDir
  private Path folder = Path.of("");

  static TunnelRecord tunnel() {
    return new TunnelRecord(
        new ClientFacts("https", "127.0.0.1", 1, TlsLeg.NONE),
        "id",
        "p.test",
        TunnelRecord.PASSTHROUGH,
        "route",
        "upstream",
        UpstreamFacts.NONE,
        /* clientBytes= */ 1,
        /* upstreamBytes= */ 2,
        "idle",
        /* failure= */ null,
        /* startedNanos= */ 1,
        /* connectedNanos= */ 2,
        /* endedNanos= */ 3);
  }

  @Test
  void goesOnAfterWhatItCannotTell() throws IOException {
    Path file = folder.resolve("access.log");
    QueueCounts counts = new QueueCounts();
    AccessLogSettings settings =
        new AccessLogSettings(new Output.File(file), Format.JSON, Query.OMIT, /* queueLines= */ 64);
    try (LineWriter writer = LineWriter.start(settings, counts)) {
      writer.offer(tunnel());
      writer.offer("neither an exchange nor a tunnel");
      writer.offer(tunnel());
    }
    assertThat(Files.readAllLines(file))
        .hasSize(2)
        .allMatch(line -> line.startsWith("{\"time\"") && line.endsWith("}"));
    assertThat(counts.delivered()).isEqualTo(2);
    assertThat(counts.lost()).isEqualTo(1);
  }
}
