package io.reseal.core.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reseal.config.RequestPolicy;
import io.reseal.config.RequestPolicy.EncodedSlashes;
import io.reseal.config.RequestPolicy.RepeatedSlashes;
import io.reseal.config.RequestPolicy.UnderscoresInNames;
import io.reseal.core.http.PathNormalizer.BadPathException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class PathNormalizerTest {
  private static final PathNormalizer DEFAULT = new PathNormalizer(RequestPolicy.DEFAULT);
  private static final PathNormalizer KEEPING = new PathNormalizer(
      new RequestPolicy(EncodedSlashes.KEEP, RepeatedSlashes.KEEP, UnderscoresInNames.REJECT));

  @ParameterizedTest
  @CsvSource({
    "/, /",
    "/a/b, /a/b",
    "/a/b/, /a/b/",
    "/a.b/..c/c.., /a.b/..c/c..",
    "/.well-known/x, /.well-known/x",
    "/a/./b, /a/b",
    "/a/../b, /b",
    "/a/b/.., /a/",
    "/a/b/., /a/b/",
    "/., /",
    "/a/.., /",
    "/a/%2e%2E/b, /b",
    "/a/.%2e/b, /b",
    "/%7euser/%41, /~user/A",
    "/%c3%bc, /%C3%BC",
    "/%3b%3f%23%25, /%3B%3F%23%25",
    "/%252e%252e/a, /%252e%252e/a",
    "//a, /a",
    "/a//b///c, /a/b/c",
    "/a//, /a/",
    "//, /",
    "/a//../b, /b",
    "/a;x=1/b, /a;x=1/b",
    "/a/;x/../b, /a/b",
  })
  void givesTheNormalForm(String path, String expected) throws BadPathException {
    assertThat(DEFAULT.normalize(path)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/..",
        "/../a",
        "/a/../..",
        "/a/../../b",
        "/%2e%2e/a",
        "//..",
        "/a%2fb",
        "/a%2Fb",
        "/a%5cb",
        "/a%00",
        "/a%0d%0a",
        "/a%1f",
        "/a%7f",
        "/%",
        "/%4",
        "/%4g",
        "/%g4",
        "/%%41",
        "/a/..;/b",
        "/a/..;x=1/b",
        "/a/.;x",
        "/a/%2e%2e;x",
      })
  void refusesWhatIsNotSafe(String path) {
    assertThatThrownBy(() -> DEFAULT.normalize(path)).isInstanceOf(BadPathException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "//a, //a",
    "/a//, /a//",
    "//, //",
    "/a//../b, /a/b",
    "/a/.//b, /a//b",
    "/a%2fb%5C, /a%2Fb%5C",
    "//.., /",
  })
  void keepsSlashesWhereThePolicySaysSo(String path, String expected) throws BadPathException {
    assertThat(KEEPING.normalize(path)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "/a, /a",
    "/a;x, /a",
    "/a;x=1;y=2/b;z, /a/b",
    "/;x, /",
    "/;x/a, /a",
    "/a/;x/b, /a/b",
    "/a;/, /a/",
  })
  void comparesRoutesWithoutParameters(String path, String expected) {
    assertThat(PathNormalizer.withoutParameters(path)).isEqualTo(expected);
  }

  /** A form that would change when normalised again has two meanings. */
  @Test
  void isTheSameWhenDoneTwice() {
    String[] pieces = {"/", "/", ".", "..", ";", "%2e", "%2E", "%25", "2e", "a", "%41", "%3b", "%"};
    Random random = new Random(42);
    int normal = 0;
    for (int i = 0; i < 200_000; i++) {
      StringBuilder path = new StringBuilder("/");
      for (int piece = random.nextInt(8); piece >= 0; piece--) {
        path.append(pieces[random.nextInt(pieces.length)]);
      }
      for (PathNormalizer normalizer : new PathNormalizer[] {DEFAULT, KEEPING}) {
        normal += requireStable(normalizer, path.toString()) ? 1 : 0;
      }
    }
    assertThat(normal).isGreaterThan(100_000);
  }

  private static boolean requireStable(PathNormalizer normalizer, String path) {
    String once;
    try {
      once = normalizer.normalize(path);
    } catch (BadPathException refused) {
      return false;
    }
    try {
      assertThat(normalizer.normalize(once)).as(path).isEqualTo(once);
    } catch (BadPathException refused) {
      throw new AssertionError(path + " becomes " + once + ", which is refused", refused);
    }
    assertThat(once).as(path).startsWith("/").doesNotContain("/../", "/./", "%2e", "%41");
    assertThat(once.endsWith("/..") || once.endsWith("/.")).as(path).isFalse();
    return true;
  }
}
