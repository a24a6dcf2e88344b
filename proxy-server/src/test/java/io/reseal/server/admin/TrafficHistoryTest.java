package io.reseal.server.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.reseal.config.PathMatch;
import io.reseal.config.ProxyConfig;
import io.reseal.config.RedirectTarget;
import io.reseal.server.admin.TrafficHistory.Traffic;
import io.reseal.testkit.ProxySetup;
import org.junit.jupiter.api.Test;

/** Rates and quantiles of the last minute, on a clock that the test turns. */
final class TrafficHistoryTest {
  private static final long STEP = TrafficHistory.STEP.toNanos();

  private final TrafficBook book = new TrafficBook(config("a.test", "b.test"));
  private final TrafficHistory history = new TrafficHistory(book, 0);
  private long now;

  private static ProxyConfig config(String... hosts) {
    ProxySetup setup = new ProxySetup();
    for (String host : hosts) {
      setup.redirect(host, PathMatch.EVERYTHING, RedirectTarget.HTTPS);
    }
    return setup.config();
  }

  private void request(String route, int status, long millis) {
    book.exchangeEnded(StatusScene.exchange(route, status, millis * 1_000_000, 10));
  }

  private void steps(int steps) {
    for (int i = 0; i < steps; i++) {
      now += STEP;
      history.step(now);
    }
  }

  @Test
  void tellsRatesFromTheFirstSecondOn() {
    request("route-0", 200, 1);
    Traffic traffic = history.now(0);
    assertThat(traffic.seconds()).isEqualTo(1);
    assertThat(traffic.recent().requests()).isEqualTo(1);
    assertThat(traffic.recent("route-0").requests()).isEqualTo(1);
    assertThat(traffic.recent("route-1").requests()).isZero();
  }

  @Test
  void forgetsWhatIsLongerAgoThanTheWindow() {
    request("route-0", 502, 1);
    request("route-1", 404, 1);
    steps(TrafficHistory.WINDOW - 1);
    assertThat(history.now(now).recent().serverErrors()).isEqualTo(1);
    steps(1);
    Traffic later = history.now(now);
    assertThat(later.recent()).isEqualTo(Counts.NONE);
    assertThat(later.recent("route-0")).isEqualTo(Counts.NONE);
    assertThat(later.total("route-0").serverErrors()).isEqualTo(1);
    assertThat(later.now().all().clientErrors()).isEqualTo(1);
  }

  @Test
  void keepsFiveMinutesOfStepsAndNoMore() {
    steps(3 * TrafficHistory.STEPS);
    request("route-0", 200, 1);
    steps(1);
    Traffic traffic = history.now(now);
    assertThat(traffic.steps()).hasSize(TrafficHistory.STEPS + 1);
    assertThat(traffic.steps().getFirst().routes()).isEmpty();
    assertThat(traffic.recent("route-0").requests()).isEqualTo(1);
    assertThat(traffic.seconds()).isEqualTo((TrafficHistory.WINDOW - 1) * 5.0);
  }

  @Test
  void countsGoOnThroughAChangeOfTheConfiguration() {
    request("route-0", 200, 1);
    request("route-1", 200, 1);
    request("", 404, 1);
    steps(1);
    book.configure(config("a.test"));
    request("route-0", 200, 1);
    request("route-1", 200, 1);
    Traffic without = history.now(now);
    assertThat(without.total("route-0").requests()).isEqualTo(2);
    assertThat(without.total("route-1")).isEqualTo(Counts.NONE);
    assertThat(without.now().all().requests()).isEqualTo(5);
    steps(1);
    book.configure(config("a.test", "b.test"));
    request("route-1", 200, 1);
    assertThat(history.now(now).recent("route-1").requests()).isEqualTo(1);
    assertThat(history.now(now).recent().requests()).isEqualTo(6);
  }

  @Test
  void tellsQuantilesToAThird() {
    for (int millis = 1; millis <= 1_000; millis++) {
      request("route-0", 200, millis);
    }
    Traffic traffic = history.now(STEP);
    assertThat(traffic.quantileMillis(0.5)).isCloseTo(500, within(170.0));
    assertThat(traffic.quantileMillis(0.99)).isCloseTo(990, within(330.0));
    assertThat(traffic.quantileMillis(1)).isGreaterThanOrEqualTo(1_000);
    steps(TrafficHistory.WINDOW);
    assertThat(history.now(now).quantileMillis(0.5)).isNaN();
  }

  @Test
  void takesEveryDuration() {
    for (long nanos : new long[] {-1, 0, 1, 999, 1_000, Long.MAX_VALUE}) {
      book.durations().add(nanos);
    }
    assertThat(history.now(STEP).quantileMillis(1)).isPositive();
  }
}
