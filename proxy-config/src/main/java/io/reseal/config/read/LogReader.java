package io.reseal.config.read;

import io.reseal.config.AccessLogSettings;
import io.reseal.config.AccessLogSettings.Output;
import io.reseal.config.TracingSettings;
import io.reseal.config.TracingSettings.Export;
import io.reseal.config.check.UserText;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/** The reader of what is written about requests: the access log and traces. */
final class LogReader {
  private static final String OFF = "off";

  private final Path base;

  /** @param base the folder that paths are relative to */
  LogReader(Path base) {
    this.base = base;
  }

  AccessLogSettings accessLog(Section section) {
    AccessLogSettings standard = AccessLogSettings.OFF;
    return new AccessLogSettings(
        output(section),
        AccessLogSettings.Format.valueOf(upper(section.choice("format", "json"))),
        AccessLogSettings.Query.valueOf(upper(section.choice("query", "omit"))),
        (int) section.number("queueLines", standard.queueLines()));
  }

  private Output output(Section section) {
    String text = section.text("output", OFF);
    return switch (text) {
      case OFF -> new Output.Off();
      case "stdout" -> new Output.Stdout();
      default -> file(section, text);
    };
  }

  private Output file(Section section, String text) {
    Path path;
    try {
      path = base.resolve(text);
    } catch (InvalidPathException broken) {
      return wrongOutput(section, "wrong value", text, "Correct the path.");
    }
    Path folder = path.toAbsolutePath().getParent();
    if (Files.isDirectory(path)) {
      return wrongOutput(section, "this is a folder", text, "Name a file in it.");
    }
    if (folder == null || !Files.isDirectory(folder)) {
      return wrongOutput(
          section,
          "the folder does not exist",
          String.valueOf(folder),
          "Make the folder, and let the user that runs Reseal write there.");
    }
    return new Output.File(path);
  }

  private static Output wrongOutput(Section section, String what, String found, String hint) {
    section.error(
        "output", what, UserText.quoted(found), "off, stdout, or the path of a file", hint);
    return new Output.Off();
  }

  TracingSettings tracing(Section section) {
    TracingSettings standard = TracingSettings.DEFAULT;
    return new TracingSettings(
        TracingSettings.RequestId.valueOf(upper(section.choice("requestId", "pass"))),
        TracingSettings.Traceparent.valueOf(upper(section.choice("traceparent", "pass"))),
        export(section),
        (int) section.number("sampleOneIn", standard.sampleOneIn()),
        (int) section.number("queueSpans", standard.queueSpans()));
  }

  private static Export export(Section section) {
    String text = section.text("endpoint", OFF);
    if (text.equals(OFF)) {
      return new Export.Off();
    }
    Optional<URI> endpoint = url(text);
    if (endpoint.isEmpty()) {
      section.error(
          "endpoint",
          "wrong URL",
          UserText.quoted(text),
          "http or https with a host, as http://127.0.0.1:4318/v1/traces, or off",
          "Give the whole URL, path included; user names and passwords do not belong in it.");
      return new Export.Off();
    }
    return new Export.Otlp(endpoint.get());
  }

  private static Optional<URI> url(String text) {
    try {
      URI url = new URI(text);
      boolean known = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
      return known && url.getHost() != null && url.getUserInfo() == null
          ? Optional.of(url)
          : Optional.empty();
    } catch (URISyntaxException broken) {
      return Optional.empty();
    }
  }

  private static String upper(String word) {
    return word.toUpperCase(Locale.ROOT);
  }
}
