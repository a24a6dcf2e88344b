package io.reseal.config.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.reseal.config.read.Quantity.BadQuantityException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantityTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "17, 17",
    "17B, 17",
    "16KiB, 16384",
    "16 kib, 16384",
    "10MiB, 10485760",
    "2GiB, 2147483648",
    "1TiB, 1099511627776",
    "999999999999999, 999999999999999",
  })
  void readsSizes(String text, long bytes) throws BadQuantityException {
    assertThat(Quantity.size(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "KiB",
        "16KB",
        "16k",
        "16 Ki B",
        "-1",
        "+1",
        "1.5MiB",
        "1e3",
        "0x10",
        "1_000",
        "9999999999999999",
        "99999999999TiB",
        "unlimited",
        "16KiB16"
      })
  void refusesOtherSizes(String text) {
    assertThatExceptionOfType(BadQuantityException.class).isThrownBy(() -> Quantity.size(text));
  }

  @ParameterizedTest
  @CsvSource({"500ms, 500", "10s, 10000", "10 s, 10000", "2m, 120000", "1h, 3600000", "0s, 0"})
  void readsTimes(String text, long millis) throws BadQuantityException {
    assertThat(Quantity.millis(text)).isEqualTo(millis);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "10", "s", "10S", "1.5s", "-1s", "1h30m", "10sec", "1d", "PT10S"})
  void refusesOtherTimes(String text) {
    assertThatExceptionOfType(BadQuantityException.class).isThrownBy(() -> Quantity.millis(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"999999999999999h", "999999999999999ms"})
  void hugeTimesDoNotOverflow(String text) throws BadQuantityException {
    assertThat(Quantity.millis(text)).isGreaterThan(365L * 24 * 3_600_000);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1.0", "-1", "1 ", "one", "٣"})
  void refusesOtherWholeNumbers(String text) {
    assertThatExceptionOfType(BadQuantityException.class).isThrownBy(() -> Quantity.whole(text));
  }
}
