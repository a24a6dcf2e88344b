package io.reseal.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.HostPort;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whom {@code reseal reload -c} asks; what it asks for is tested with a running proxy. */
final class ReloadCommandTest {
  @ParameterizedTest
  @CsvSource({
    "0.0.0.0, 127.0.0.1:9901",
    "::, [::1]:9901",
    "0:0:0:0:0:0:0:0, [::1]:9901",
    "10.0.0.7, 10.0.0.7:9901",
    "fd00::7, [fd00::7]:9901"
  })
  void asksAnAddressThatTheAdminPortOwns(String host, String asked) {
    assertThat(ReloadCommand.ours(new HostPort(host, 9901))).isEqualTo(asked);
  }
}
