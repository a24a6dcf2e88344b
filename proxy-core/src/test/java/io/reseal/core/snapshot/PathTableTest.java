package io.reseal.core.snapshot;

import static io.reseal.core.snapshot.Plans.name;
import static io.reseal.core.snapshot.Plans.route;
import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.PathMatch;
import io.reseal.config.PathMatch.Exact;
import io.reseal.config.PathMatch.Prefix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PathTableTest {

  /** Each route is named as its path is written, exact ones with {@code =} before it. */
  private static PathTable table(PathMatch... matches) {
    PathTable.Builder builder = new PathTable.Builder();
    for (PathMatch match : matches) {
      builder.add(match, route(match instanceof Exact ? "=" + match.path() : match.path()));
    }
    return builder.build();
  }

  @ParameterizedTest
  @CsvSource({
    "/, /",
    "/x, /",
    "/a, /a",
    "/a/, /a",
    "/a/x, /a",
    "/ab, /",
    "/a/b, /a/b",
    "/a/b/, /a/b",
    "/a/b/c/d, /a/b",
    "/a/bc, /a",
    "/A, /",
    "/a/b/exact, =/a/b/exact",
    "/a/b/exact/, /a/b",
    "/a/b/exacter, /a/b",
    "*, /",
  })
  void takesTheMostSpecificPath(String path, String expected) {
    PathTable table =
        table(new Prefix("/"), new Prefix("/a"), new Prefix("/a/b/"), new Exact("/a/b/exact"));
    assertThat(name(table.lookup(path)).replaceAll("(?<=.)/$", "")).isEqualTo(expected);
  }

  @Test
  void anExactPathBeatsThePrefixOfTheSameText() {
    PathTable table = table(new Prefix("/a"), new Exact("/a"), new Exact("/"), new Prefix("/"));
    assertThat(name(table.lookup("/a"))).isEqualTo("=/a");
    assertThat(name(table.lookup("/a/"))).isEqualTo("/a");
    assertThat(name(table.lookup("/"))).isEqualTo("=/");
    assertThat(name(table.lookup("/b"))).isEqualTo("/");
  }

  @Test
  void findsNothingWhereNothingIs() {
    PathTable table = table(new Prefix("/a"), new Exact("/b"));
    assertThat(name(table.lookup("/"))).isEqualTo("none");
    assertThat(name(table.lookup("/b/"))).isEqualTo("none");
    assertThat(name(table.lookup("/ab"))).isEqualTo("none");
    assertThat(name(table().lookup("/"))).isEqualTo("none");
  }

  @Test
  void aSlashAtTheEndOfAPrefixMeansNothing() {
    for (String prefix : new String[] {"/a", "/a/"}) {
      PathTable table = table(new Prefix(prefix));
      for (String path : new String[] {"/a", "/a/", "/a/b"}) {
        assertThat(name(table.lookup(path))).as(path).isEqualTo(prefix);
      }
      assertThat(name(table.lookup("/ab"))).isEqualTo("none");
    }
  }

  @Test
  void theFirstOfTwoEqualPathsStays() {
    PathTable.Builder builder = new PathTable.Builder();
    builder.add(new Prefix("/a"), route("first"));
    builder.add(new Prefix("/a/"), route("second"));
    builder.add(new Exact("/b"), route("first"));
    builder.add(new Exact("/b"), route("second"));
    assertThat(name(builder.build().lookup("/a"))).isEqualTo("first");
    assertThat(name(builder.build().lookup("/b"))).isEqualTo("first");
  }
}
