package io.reseal.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.core.failure.Failure;
import io.reseal.core.failure.Failure.ConnectFault;
import org.junit.jupiter.api.Test;

final class LoggingObserverTest {
  @Test
  void tellsEverythingInOneLine() {
    Failure failure = new Failure.ConnectFailed(
        ConnectFault.REFUSED, "shop", "10.0.0.7:8443", "10.0.0.7: refused");
    assertThat(LoggingObserver.line(failure, "0123456789abcdef", "shop", "shop.example/cart"))
        .isEqualTo("failed id=0123456789abcdef route=\"shop\" request=\"shop.example/cart\":"
            + " 502 refused (connection_refused): upstream \"shop\", endpoint 10.0.0.7:8443:"
            + " 10.0.0.7: refused. Nobody listens there: start the upstream, or correct the port.");
  }

  @Test
  void escapesWhatPeersSay() {
    Failure failure = new Failure.RequestRejected(400, "host", "x\r\n2026 WARN forged");
    assertThat(LoggingObserver.line(failure, "", "", "a\nb\u001b[31m"))
        .doesNotContain("\n")
        .doesNotContain("\r")
        .doesNotContain("\u001b")
        .contains("a\\u000ab\\u001b[31m");
  }
}
