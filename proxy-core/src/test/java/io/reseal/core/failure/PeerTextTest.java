package io.reseal.core.failure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PeerTextTest {

  @ParameterizedTest
  @CsvSource({
    "'', ''",
    "shop.example, shop.example",
    "'a \"b\"', 'a \"b\"'",
    "a\\b, a\\\\b",
    "'a\r\nb', a\\u000d\\u000ab",
    "a\tb, a\\u0009b",
    "\u00fc, \\u00fc",
    "\u202e, \\u202e",
    "'\u001b[31m', \\u001b[31m",
    "\u007f, \\u007f",
    "\ud83d\ude00, \\ud83d\\ude00",
  })
  void escapesWhatIsNotPrintable(String text, String expected) {
    assertThat(PeerText.quote(text)).isEqualTo(expected);
  }

  @Test
  void everyCharacterComesOutPrintable() {
    for (int c = 0; c <= 0xFFFF; c++) {
      assertThat(PeerText.quote(Character.toString(c))).as("U+%04X", c).matches("[ -~]{1,6}");
    }
  }

  @Test
  void cutsAfter64Characters() {
    assertThat(PeerText.quote("x".repeat(64))).isEqualTo("x".repeat(64));
    assertThat(PeerText.quote("x".repeat(65))).isEqualTo("x".repeat(64) + "...");
    assertThat(PeerText.escape("\n\n\n", 2)).isEqualTo("\\u000a\\u000a...");
  }
}
