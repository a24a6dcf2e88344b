package io.reseal.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class OpenFilesTest {
  private static final String HEAD =
      "Limit                     Soft Limit           Hard Limit           Units     ";

  @Test
  void readsTheSoftLimit() {
    assertThat(OpenFiles.parse(List.of(
            HEAD,
            "Max processes             95000                95000                processes ",
            "Max open files            1024                 524288               files     ")))
        .isEqualTo(1024);
  }

  @Test
  void knowsUnlimitedAndTheMissingRow() {
    assertThat(OpenFiles.parse(List.of("Max open files            unlimited   unlimited   files")))
        .isEqualTo(Long.MAX_VALUE);
    assertThat(OpenFiles.parse(List.of(HEAD))).isEqualTo(Long.MAX_VALUE);
  }
}
