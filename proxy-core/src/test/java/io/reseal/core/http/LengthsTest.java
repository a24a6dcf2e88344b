package io.reseal.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LengthsTest {

  @Test
  void readsDigits() {
    assertThat(Lengths.parse("0", 18)).isZero();
    assertThat(Lengths.parse("007", 18)).isEqualTo(7);
    assertThat(Lengths.parse("999999999999999999", 18)).isEqualTo(999_999_999_999_999_999L);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "-1", "+1", "1 ", "1,1", "0x1", "1.0", "1e3", "\u0661", "1\u0000"})
  void refusesEverythingElse(String text) {
    assertThat(Lengths.parse(text, 18)).isEqualTo(-1);
  }

  @Test
  void refusesMoreDigitsThanAskedFor() {
    assertThat(Lengths.parse("123", 2)).isEqualTo(-1);
    assertThat(Lengths.parse("9999999999999999999", 18)).isEqualTo(-1);
  }
}
