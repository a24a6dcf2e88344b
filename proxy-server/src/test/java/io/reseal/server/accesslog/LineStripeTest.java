package io.reseal.server.accesslog;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.AccessLogSettings.Format;
import io.reseal.config.AccessLogSettings.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The memory that the lines of one loop go round in. */
final class LineStripeTest {
  private final LineStripe stripe = newStripe();

  private static LineStripe newStripe() {
    LineBuffer buffer = LineBuffer.of(Format.JSON);
    AccessLines lines = new AccessLines(buffer, Query.OMIT, new WallClock());
    return new LineStripe(buffer, lines, new Backlog(/* mostLines= */ 8_192));
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
