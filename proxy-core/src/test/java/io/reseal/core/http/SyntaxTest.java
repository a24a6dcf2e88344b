package io.reseal.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SyntaxTest {
  private static final String LETTERS_AND_DIGITS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

  /** Every character up to U+07FF that a predicate accepts, against a list written down here. */
  private static void requireExactly(String expected, IntPredicate accepted) {
    for (int c = 0; c < 0x800; c++) {
      assertThat(accepted.test(c)).as("U+%04X", c).isEqualTo(expected.indexOf(c) >= 0);
    }
  }

  @Test
  void classesHoldWhatTheStandardsSay() {
    requireExactly(
        "!#$%&'*+-.^_`|~" + LETTERS_AND_DIGITS, c -> Syntax.isToken(Character.toString(c)));
    requireExactly("-._~" + LETTERS_AND_DIGITS, c -> Syntax.isUnreserved((char) c));
    requireExactly("-._" + LETTERS_AND_DIGITS, c -> Syntax.isHost((char) c));
    requireExactly(
        "-._~!$&'()*+,;=:@%/?[]\"<>\\^`{|}" + LETTERS_AND_DIGITS, c -> Syntax.isTarget((char) c));
    requireExactly("\"<>\\^`{|}", c -> Syntax.isQueryOnly((char) c));
  }

  @Test
  void aTokenIsNotEmpty() {
    assertThat(Syntax.isToken("")).isFalse();
    assertThat(Syntax.isToken("a b")).isFalse();
  }

  @Test
  void fieldValuesHoldNoControls() {
    assertThat(Syntax.isFieldValue("")).isTrue();
    assertThat(Syntax.isFieldValue("a\tb \"\u00fc\u00ff")).isTrue();
    for (String bad : new String[] {"\0", "\r", "\n", "a\u001f", "\u007f", "\u0100", "\u560a"}) {
      assertThat(Syntax.isFieldValue(bad)).as("U+%04X", (int) bad.charAt(0)).isFalse();
    }
  }

  @Test
  void readsHexadecimalDigits() {
    for (int c = 0; c < 0x800; c++) {
      int expected = c < 128 ? Character.digit(c, 16) : -1;
      assertThat(Syntax.hex((char) c)).as("U+%04X", c).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"upgrade", "UPGRADE", "close, upgrade", "upgrade,", ",,upgrade", "a,\tUpgrade \t"})
  void findsAnElementOfAList(String list) {
    assertThat(Syntax.listHolds(list, "upgrade")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"''", "upgrades", "up grade", "upgrade;q=1", "'a, b'", "','", "upgrad", "Upgrade2"})
  void findsNoPartOfAnElement(String list) {
    assertThat(Syntax.listHolds(list, "upgrade")).isFalse();
  }
}
