package io.reseal.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AuthorityTest {

  @ParameterizedTest
  @CsvSource({
    "a.test, a.test, -1",
    "A.Test, a.test, -1",
    "a.test., a.test, -1",
    "a.test:8443, a.test, 8443",
    "a.test.:443, a.test, 443",
    "a.test:, a.test, -1",
    "a_b-c.test:1, a_b-c.test, 1",
    "192.0.2.1:65535, 192.0.2.1, 65535",
    "[2001:DB8::1], 2001:db8::1, -1",
    "[::1]:8080, ::1, 8080",
    "[::1]:, ::1, -1",
    "[::ffff:192.0.2.1], ::ffff:192.0.2.1, -1",
    "a:080, a, 80",
  })
  void readsHostAndPort(String text, String host, int port) {
    assertThat(Authority.parse(text)).isEqualTo(new Authority(host, port));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        ":80",
        "a..b",
        ".a",
        "a..",
        "a:0",
        "a:65536",
        "a:99999999999999999999",
        "a:-1",
        "a:+1",
        "a: 1",
        "a:1:2",
        "a b",
        "a,b",
        "a/b",
        "a\\b",
        "a%41",
        "user@a",
        "a?b",
        "a#b",
        "::1",
        "[::1",
        "[]",
        "[::1]a",
        "[::1]]",
        "[[::1]]",
        "[a]",
        "[fe80::1%25eth0]",
        "[v1.x]",
        "\u00fc.test",
        "a\u0000",
        "a\t",
      })
  void refusesEverythingElse(String text) {
    assertThat(Authority.parse(text)).isNull();
  }

  @Test
  void boundsTheHost() {
    assertThat(Authority.parse("a".repeat(253))).isNotNull();
    assertThat(Authority.parse("a".repeat(253) + ".:1")).isNotNull();
    assertThat(Authority.parse("a".repeat(254))).isNull();
  }
}
