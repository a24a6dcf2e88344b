package io.reseal.server.accesslog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reseal.config.AccessLogSettings;
import io.reseal.config.AccessLogSettings.Format;
import io.reseal.config.AccessLogSettings.Output;
import io.reseal.config.AccessLogSettings.Query;
import io.reseal.server.kit.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** An access log in a file, and its reader. */
record LogFile(Path path) {
  /** Settings that write JSON here and nothing of queries. */
  AccessLogSettings json() {
    return settings(Format.JSON, Query.OMIT);
  }

  AccessLogSettings settings(Format format, Query query) {
    return new AccessLogSettings(new Output.File(path), format, query, 8_192);
  }

  /** The lines, once there are so many; there must be no more. */
  List<String> lines(int count) throws IOException {
    await().until(() -> count() >= count);
    List<String> lines = Files.readAllLines(path);
    assertThat(lines).hasSize(count);
    return lines;
  }

  /** The same, each with its fields by their paths. */
  List<Json> objects(int count) throws IOException {
    return lines(count).stream().map(line -> Json.parse(line).flat()).toList();
  }

  private long count() throws IOException {
    if (!Files.exists(path)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(path)) {
      return lines.count();
    }
  }
}
