package io.reseal.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.ProxyConfig;
import io.reseal.config.ServerIdentity;
import io.reseal.server.admin.CertificateList.Shown;
import io.reseal.server.admin.CertificateList.Use;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.TestPki;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which certificates are listed, and how bad their ends are. */
final class CertificateListTest {
  private static final Instant NOW = Instant.now();

  @Test
  void listsIntermediatesOfIdentitiesToo() {
    TestPki.Issued intermediate = TestPki.authority("Intermediate")
        .asCa()
        .issuer(Certificates.FRONT.authority())
        .validUntil(NOW.plus(Duration.ofDays(3)))
        .issue();
    ServerIdentity identity = new ServerIdentity(
        "shop",
        List.of("shop.test"),
        List.of(TestPki.server("shop.test").issuer(intermediate).issue().material()));
    ProxyConfig config = new ProxySetup().identity(identity).config();
    List<Shown> list = CertificateList.of(config, new UpstreamBook(config));
    assertThat(list).extracting(Shown::use).containsExactly(Use.INTERMEDIATE, Use.IDENTITY);
    assertThat(list).allSatisfy(each -> assertThat(each.users()).containsExactly("shop"));
  }

  @ParameterizedTest
  @CsvSource({
    "400, 31, GOOD",
    "400, 29, WARNING",
    "400, 8, WARNING",
    "400, 6, CRITICAL",
    "400, -1, CRITICAL",
    "90, 24, GOOD",
    "90, 21, WARNING",
    "90, 6, CRITICAL",
    "6, 3, GOOD",
    "6, 1, WARNING",
    "6, 0, CRITICAL"
  })
  void judgesByTheTimeLeftAndByTheLife(int lifeDays, int leftDays, String level) {
    Instant end = NOW.plus(Duration.ofDays(leftDays)).plusSeconds(60);
    Shown shown = new Shown(
        Use.IDENTITY,
        TestPki.server("a.test")
            .validFrom(end.minus(Duration.ofDays(lifeDays)))
            .validUntil(end)
            .issue()
            .certificate(),
        List.of("a"));
    assertThat(shown.level(NOW)).isEqualTo(Level.valueOf(level));
  }
}
