package io.reseal.server.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table in docs/access-log.md. It is written anew with {@code -Dreseal.docs.write=true}. */
final class DocumentedFieldsTest {
  private static final String BEGIN = "<!-- fields -->\n";
  private static final String END = "<!-- end of fields -->\n";

  @Test
  void everyFieldIsDocumented() throws IOException {
    Path file = Path.of(System.getProperty("reseal.root"), "docs/access-log.md");
    String page = Files.readString(file);
    int begin = page.indexOf(BEGIN) + BEGIN.length();
    String expected = page.substring(0, begin) + table() + page.substring(page.indexOf(END));
    if (Boolean.getBoolean("reseal.docs.write")) {
      Files.writeString(file, expected);
    }
    assertThat(Files.readString(file)).isEqualTo(expected);
  }

  private static String table() {
    return Arrays.stream(AccessField.values())
        .map(field -> "| `" + field.path() + "` | " + field.about() + " |\n")
        .collect(Collectors.joining("", "| field | meaning |\n|---|---|\n", ""));
  }
}
