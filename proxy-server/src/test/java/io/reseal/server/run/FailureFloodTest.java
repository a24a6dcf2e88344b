package io.reseal.server.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

final class FailureFloodTest {
  private final List<FailureFlood.More> told = new CopyOnWriteArrayList<>();

  @Test
  void tellsTheFirstOfEachKindAndCountsTheOthers() {
    try (FailureFlood flood = new FailureFlood(told::add, Duration.ofHours(1))) {
      int shop = 0;
      int cart = 0;
      for (int i = 0; i < 25; i++) {
        shop += flood.mayTell("expired", "shop", "up", Level.WARN) ? 1 : 0;
        cart += flood.mayTell("expired", "cart", "up", Level.WARN) ? 1 : 0;
      }
      assertThat(shop).isEqualTo(10);
      assertThat(cart).isEqualTo(10);
      assertThat(told).isEmpty();
    }
    assertThat(told)
        .extracting(FailureFlood.More::place, FailureFlood.More::count)
        .containsExactlyInAnyOrder(tuple("shop", 15), tuple("cart", 15));
  }

  @Test
  void countsExactlyWhileWindowsEndAndManyThreadsFail() throws InterruptedException {
    AtomicInteger lines = new AtomicInteger();
    try (FailureFlood flood = new FailureFlood(told::add, Duration.ofMillis(5))) {
      Thread[] threads = new Thread[4];
      for (int i = 0; i < threads.length; i++) {
        threads[i] = Thread.ofPlatform().start(() -> {
          for (int n = 0; n < 50_000; n++) {
            if (flood.mayTell("refused", "r", "u", Level.WARN)) {
              lines.incrementAndGet();
            }
          }
        });
      }
      for (Thread thread : threads) {
        thread.join();
      }
    }
    int more = told.stream().mapToInt(FailureFlood.More::count).sum();
    assertThat(lines.get() + more).isEqualTo(200_000);
  }

  @Test
  void tellsAtTheEndOfAWindowWithoutAnotherFailure() {
    try (FailureFlood flood = new FailureFlood(told::add, Duration.ofMillis(20))) {
      // The window may end in between; enough come that one of its parts is beyond the bound.
      for (int i = 0; i < 1_000; i++) {
        flood.mayTell("refused", "r", "u", Level.WARN);
      }
      await().until(() -> !told.isEmpty());
    }
  }
}
