package io.reseal.core.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.reseal.core.loop.Deadlines.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The ticks are virtual; what a deadline is compared with is not. So deadlines here are set to now,
 * which has passed by the next tick, or to an hour from now.
 */
final class DeadlinesTest {
  private static final int NOTHING_SCHEDULED = -1;
  private static final long NOW = 0;
  private static final long LATER = Duration.ofHours(1).toNanos();

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final Deadlines deadlines = new Deadlines(channel.eventLoop());
  private final List<String> fired = new ArrayList<>();

  DeadlinesTest() {
    channel.freezeTime();
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private Deadline register(String name) {
    return deadlines.register(() -> fired.add(name));
  }

  private void tick() {
    channel.advanceTimeBy(Deadlines.TICK_MILLIS, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
  }

  @Test
  void firesOnceAtTheNextTick() {
    Deadline deadline = register("a");
    deadline.setNanos(NOW);
    channel.advanceTimeBy(Deadlines.TICK_MILLIS - 1, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
    assertThat(fired).isEmpty();
    tick();
    assertThat(fired).containsExactly("a");
    assertThat(deadline.isSet()).isFalse();
    tick();
    assertThat(fired).containsExactly("a");
  }

  @Test
  void firesOnlyWhatIsSetAndDue() {
    register("unset");
    register("later").setNanos(LATER);
    register("due").setNanos(NOW);
    Deadline cleared = register("cleared");
    cleared.setNanos(NOW);
    cleared.clear();
    Deadline moved = register("moved");
    moved.setNanos(NOW);
    moved.setNanos(LATER);
    tick();
    assertThat(fired).containsExactly("due");
    assertThat(moved.isSet()).isTrue();
  }

  @Test
  void firesAgainWhenSetAgain() {
    Deadline deadline = register("a");
    deadline.setNanos(NOW);
    tick();
    deadline.setNanos(NOW);
    tick();
    assertThat(fired).containsExactly("a", "a");
  }

  @Test
  void neverFiresOnceRemoved() {
    Deadline deadline = register("a");
    deadline.setNanos(NOW);
    deadline.remove();
    deadline.setNanos(NOW);
    deadline.remove();
    assertThat(deadline.isSet()).isFalse();
    tick();
    assertThat(fired).isEmpty();
  }

  @Test
  void ticksOnlyWhileSomethingIsRegistered() {
    assertThat(channel.runScheduledPendingTasks()).isEqualTo(NOTHING_SCHEDULED);
    Deadline deadline = register("a");
    assertThat(channel.runScheduledPendingTasks()).isPositive();
    deadline.remove();
    tick();
    assertThat(channel.runScheduledPendingTasks()).isEqualTo(NOTHING_SCHEDULED);
    register("b").setNanos(NOW);
    tick();
    assertThat(fired).containsExactly("b");
  }

  @Test
  void survivesCallbacksThatChangeTheList() {
    List<Deadline> all = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      int index = i;
      all.add(deadlines.register(() -> {
        fired.add("" + index);
        all.get(index).remove();
        all.get((index + 1) % all.size()).remove();
        all.get((index + 5) % all.size()).remove();
        register("new").setNanos(LATER);
      }));
    }
    all.forEach(deadline -> deadline.setNanos(NOW));
    for (int i = 0; i < 6; i++) {
      tick();
    }
    // Each that fires takes its neighbours in the ring out.
    assertThat(fired).containsExactly("5", "3", "1");
  }

  @Test
  void aCallbackMaySetItsOwnDeadlineAgain() {
    List<Deadline> own = new ArrayList<>();
    own.add(deadlines.register(() -> {
      fired.add("a");
      own.getFirst().setNanos(NOW);
    }));
    own.getFirst().setNanos(NOW);
    tick();
    tick();
    assertThat(fired).containsExactly("a", "a");
  }

  /** One callback that fails must not switch every timeout of the loop off. */
  @Test
  void aCallbackThatFailsStopsNoOther() {
    register("before").setNanos(NOW);
    deadlines
        .register(() -> {
          throw new IllegalStateException("a bug");
        })
        .setNanos(NOW);
    register("after").setNanos(NOW);
    tick();
    assertThat(fired).containsExactlyInAnyOrder("before", "after");
    register("later tick").setNanos(NOW);
    tick();
    assertThat(fired).contains("later tick");
  }
}
