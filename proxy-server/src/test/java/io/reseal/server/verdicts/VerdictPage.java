package io.reseal.server.verdicts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** A generated table of {@code docs/tls-verdicts.md}, between two comments. */
final class VerdictPage {
  private final String name;

  VerdictPage(String name) {
    this.name = name;
  }

  /** What was seen of one fault with one TLS version. */
  record Row(String fault, String version, String verdict, String advice, String remedy) {
    String line() {
      return "| %s | %s | `%s` | %s | %s |"
          .formatted(fault, version.replace("TLSv", ""), verdict, cell(advice), cell(remedy));
    }

    private static String cell(String text) {
      return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*");
    }
  }

  /** Requires that the page has exactly these rows; writes them where that is asked for. */
  void requireCurrent(List<Row> rows) throws IOException {
    StringBuilder table = new StringBuilder(
        "| fault | TLS | verdict | advice | applied in the test |\n|---|---|---|---|---|\n");
    rows.forEach(row -> table.append(row.line()).append('\n'));
    System.out.println(table);
    Path file = Path.of(Objects.requireNonNull(System.getProperty("reseal.root")))
        .resolve("docs/tls-verdicts.md");
    String page = Files.readString(file);
    String start = "<!-- " + name + ": generated -->\n";
    int from = page.indexOf(start) + start.length();
    int to = page.indexOf("<!-- end -->", from);
    assertThat(from).as("%s has %s", file, start).isGreaterThan(start.length());
    String written = page.substring(0, from) + "\n" + table + "\n" + page.substring(to);
    if (Boolean.getBoolean("reseal.docs.write")) {
      Files.writeString(file, written);
    }
    assertThat(Files.readString(file))
        .as(
            "%s (rewrite it: mvn test -pl proxy-server -am -Dtest='*VerdictTableTest'"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dreseal.docs.write=true)",
            file)
        .isEqualTo(written);
  }
}
