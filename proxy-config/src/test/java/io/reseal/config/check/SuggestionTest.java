package io.reseal.config.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionTest {
  private static final List<String> KNOWN =
      List.of("name", "address", "addresses", "tls", "certificate", "maxConnections");

  @ParameterizedTest
  @CsvSource({
    "nmae, name",
    "adress, address",
    "Adresses, addresses",
    "TLS, tls",
    "tsl, tls",
    "cert, certificate",
    "max_connections, maxConnections",
    "maxConections, maxConnections",
  })
  void namesTheNearestWord(String word, String nearest) {
    assertThat(Suggestion.of(word, KNOWN, "")).isEqualTo("Did you mean \"" + nearest + "\"?");
  }

  @ParameterizedTest
  @CsvSource({"x", "ab", "upstreams", "''"})
  void suggestsNothingFarAway(String word) {
    assertThat(Suggestion.of(word, KNOWN, "Fix it.")).isEqualTo("Fix it.");
  }

  @Test
  void doesNotCompareHugeWords() {
    assertThat(Suggestion.of("x".repeat(1_000_000), KNOWN, "Fix it.")).isEqualTo("Fix it.");
  }

  @Test
  void countsASwapOfNeighboursAsOneEdit() {
    assertThat(Suggestion.distance("host", "hsot")).isEqualTo(1);
    assertThat(Suggestion.distance("host", "hosts")).isEqualTo(1);
    assertThat(Suggestion.distance("", "abc")).isEqualTo(3);
  }

  @Test
  void quotesAndCutsUserText() {
    assertThat(UserText.quoted("a\nb")).isEqualTo("\"a?b\"");
    assertThat(UserText.quoted("x".repeat(100))).isEqualTo('"' + "x".repeat(64) + "...\"");
  }
}
