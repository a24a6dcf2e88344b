package io.reseal.build;

import static org.assertj.core.api.Assertions.assertThat;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.ImportOrderer;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.JavaFormatterOptions.Style;
import com.palantir.javaformat.java.RemoveUnusedImports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The layout of every source file is what the formatter makes of it. A test rather than a plug-in
 * of the build, because the formatter reads the language only as far as its own Java runtime does,
 * and Maven's may be an older one.
 *
 * <p>With {@code -Dreseal.format.write=true} the files are rewritten.
 */
final class FormatTest {
  private static final boolean WRITE = Boolean.getBoolean("reseal.format.write");
  private static final Path ROOT =
      Path.of(Objects.requireNonNull(System.getProperty("reseal.root"), "reseal.root"));

  @Test
  void keepsEverySourceFileFormatted() throws Exception {
    Formatter formatter = Formatter.createFormatter(
        JavaFormatterOptions.builder().style(Style.GOOGLE).build());
    List<Path> others = new ArrayList<>();
    for (Path file : sources()) {
      String text = Files.readString(file);
      String formatted = formatted(formatter, text, file);
      if (!formatted.equals(text)) {
        if (WRITE) {
          Files.writeString(file, formatted);
        } else {
          others.add(ROOT.relativize(file));
        }
      }
    }
    assertThat(others)
        .as("not formatted; mvn test -pl proxy-config -Dtest=FormatTest -Dreseal.format.write=true")
        .isEmpty();
  }

  private static List<Path> sources() throws IOException {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> modules = Files.list(ROOT)) {
      for (Path source : modules.map(module -> module.resolve("src")).toList()) {
        if (Files.isDirectory(source)) {
          try (Stream<Path> files = Files.walk(source)) {
            files.filter(file -> file.toString().endsWith(".java")).forEach(found::add);
          }
        }
      }
    }
    assertThat(found).isNotEmpty();
    return found;
  }

  private static String formatted(Formatter formatter, String text, Path file) {
    try {
      String imports =
          ImportOrderer.reorderImports(RemoveUnusedImports.removeUnusedImports(text), Style.GOOGLE);
      return formatter.formatSource(imports);
    } catch (FormatterException e) {
      throw new AssertionError(file.toString(), e);
    }
  }
}
