package io.reseal.server.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.AccessLogSettings.Format;
import io.reseal.config.AccessLogSettings.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The memory that the lines of one loop go round in, and when somebody is to come for them. */
final class LineStripeTest {
  private final AtomicInteger calls = new AtomicInteger();
  private final LineStripe stripe = newStripe(8_192);

  private LineStripe newStripe(int mostLines) {
    LineBuffer buffer = LineBuffer.of(Format.JSON);
    AccessLines lines = new AccessLines(buffer, Query.OMIT, new WallClock());
    return new LineStripe(buffer, lines, new Backlog(mostLines), calls::incrementAndGet);
  }

  private static void add(LineStripe to, int lines) {
    for (int i = 0; i < lines; i++) {
      assertThat(to.add(LineWriterTest.tunnel())).isTrue();
    }
  }

  @Test
  void callsTheWriterOnceWhenAnEighthOfTheRoomIsTaken() {
    LineStripe small = newStripe(80);
    add(small, 10);
    assertThat(calls).hasValue(0);
    add(small, 20);
    assertThat(calls).hasValue(1);
  }

  @Test
  void callsAgainForWhatComesAfterTheWriter() {
    LineStripe small = newStripe(80);
    add(small, 11);
    small.giveBack(Objects.requireNonNull(small.poll()));
    add(small, 10);
    assertThat(calls).hasValue(1);
    add(small, 1);
    assertThat(calls).hasValue(2);
  }

  @Test
  void callsForFullBatchesToo() {
    // 8,192 lines of 1 KiB may wait, so an eighth of that is 1 MiB, or 1,024 lines.
    add(stripe, 1_024);
    assertThat(calls).hasValue(0);
    add(stripe, 1);
    assertThat(calls).hasValue(1);
  }

  /** Adds lines until so many batches are full, and takes these. */
  private List<LineBatch> fill(int batches) {
    List<LineBatch> taken = new ArrayList<>();
    for (int i = 0; i < batches; i++) {
      do {
        assertThat(stripe.add(LineWriterTest.tunnel())).isTrue();
      } while (stripe.openLines() > 0);
      taken.add(Objects.requireNonNull(stripe.poll()));
    }
    return taken;
  }

  private static long among(List<LineBatch> before, List<LineBatch> now) {
    return now.stream()
        .filter(batch -> before.stream().anyMatch(old -> old.bytes() == batch.bytes()))
        .count();
  }

  @Test
  void usesTheMemoryOfBatchesAgain() {
    List<LineBatch> before = fill(3);
    before.forEach(stripe::giveBack);
    // The memory of the lines under way was new; after it comes what was given back.
    assertThat(among(before, fill(4))).isEqualTo(3);
  }

  @Test
  void letsGoOfWhatARushNeeded() {
    List<LineBatch> before = fill(6);
    before.forEach(stripe::giveBack);
    for (int i = 0; i < 6; i++) {
      assertThat(stripe.poll()).isNull();
    }
    assertThat(among(before, fill(4))).isEqualTo(1);
  }
}
