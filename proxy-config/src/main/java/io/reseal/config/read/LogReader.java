package io.reseal.config.read;

import io.reseal.config.AccessLogSettings;
import io.reseal.config.AccessLogSettings.Output;
import io.reseal.config.check.UserText;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;

/** The reader of what is written about requests. */
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

  private static String upper(String word) {
    return word.toUpperCase(Locale.ROOT);
  }
}
