package io.reseal.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.reseal.config.KeyPairMaterial;
import io.reseal.config.ProxyConfig;
import io.reseal.config.ServerIdentity;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.TestPki;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What the log says of certificates while time goes by. */
final class ExpiryNoticeTest {
  private static final Instant END = Instant.parse("2031-05-01T12:00:00Z");
  private static final KeyPairMaterial SHOWN = material("a.test", END);

  private final Logger logger = (Logger) LoggerFactory.getLogger("reseal.certificates");
  private final ListAppender<ILoggingEvent> appender = new ListAppender<>();
  private ProxyConfig config =
      new ProxySetup().identity(identity("front", SHOWN)).config();

  @BeforeEach
  void listen() {
    appender.start();
    logger.addAppender(appender);
  }

  @AfterEach
  void leave() {
    logger.detachAppender(appender);
  }

  private static KeyPairMaterial material(String host, Instant end) {
    return TestPki.server(host)
        .validFrom(Instant.parse("2021-01-01T00:00:00Z"))
        .validUntil(end)
        .issue()
        .material();
  }

  private static ServerIdentity identity(String name, KeyPairMaterial shown) {
    return new ServerIdentity(name, List.of("a.test"), List.of(shown));
  }

  private List<String> linesOf(Runnable look) {
    appender.list.clear();
    look.run();
    return appender.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  @Test
  void tellsBeforeAndAtTheEndAndEachDayAfterIt() {
    try (ExpiryNotice notice = new ExpiryNotice(() -> config)) {
      assertThat(linesOf(() -> notice.look(END.minus(Duration.ofDays(8))))).isEmpty();
      assertThat(linesOf(() -> notice.look(END.minus(Duration.ofHours(60)))))
          .singleElement()
          .asString()
          .contains("identity \"front\"", "ends on 2031-05-01T12:00:00Z", "within 3 days");
      assertThat(linesOf(() -> notice.look(END.minus(Duration.ofHours(59))))).isEmpty();
      Instant after = END.plusSeconds(1);
      assertThat(linesOf(() -> notice.look(after)))
          .singleElement()
          .asString()
          .contains("ended on 2031-05-01T12:00:00Z", "renew it");
      assertThat(linesOf(() -> notice.look(after.plus(Duration.ofHours(23))))).isEmpty();
      assertThat(linesOf(() -> notice.look(after.plus(Duration.ofHours(24))))).hasSize(1);
    }
  }

  @Test
  void isSilentOnceTheCertificateIsRenewed() {
    try (ExpiryNotice notice = new ExpiryNotice(() -> config)) {
      Instant after = END.plusSeconds(1);
      assertThat(linesOf(() -> notice.look(after))).hasSize(1);
      KeyPairMaterial renewed = material("a.test", END.plus(Duration.ofDays(90)));
      config = new ProxySetup().identity(identity("front", renewed)).config();
      assertThat(linesOf(() -> notice.look(after.plus(Duration.ofDays(2))))).isEmpty();
    }
  }

  @Test
  void countsWhatWouldBeTooManyLines() {
    ProxySetup setup = new ProxySetup();
    for (int i = 0; i < 30; i++) {
      setup.identity(identity("i" + i, material("a.test", END)));
    }
    config = setup.config();
    try (ExpiryNotice notice = new ExpiryNotice(() -> config)) {
      assertThat(linesOf(() -> notice.look(END.plusSeconds(1))))
          .hasSize(21)
          .last()
          .asString()
          .startsWith("10 more certificates");
    }
  }
}
