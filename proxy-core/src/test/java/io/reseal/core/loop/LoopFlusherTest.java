package io.reseal.core.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.reseal.core.loop.LoopFlusher.Flushable;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class LoopFlusherTest {
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final LoopFlusher flusher = new LoopFlusher(channel.eventLoop());
  private final List<String> flushed = new ArrayList<>();

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  @Test
  void flushesAtTheEndOfTheTurn() {
    flusher.flushLater(() -> flushed.add("a"));
    flusher.flushLater(() -> flushed.add("b"));
    assertThat(flushed).isEmpty();
    channel.runPendingTasks();
    assertThat(flushed).containsExactly("a", "b");
  }

  @Test
  void flushesOncePerRequest() {
    flusher.flushLater(() -> flushed.add("a"));
    channel.runPendingTasks();
    channel.runPendingTasks();
    flusher.flushLater(() -> flushed.add("b"));
    channel.runPendingTasks();
    assertThat(flushed).containsExactly("a", "b");
  }

  @Test
  void flushesTheOthersWhenOneThrows() {
    flusher.flushLater(() -> flushed.add("first"));
    flusher.flushLater(() -> {
      throw new IllegalStateException("a mistake");
    });
    flusher.flushLater(() -> flushed.add("last"));
    channel.runPendingTasks();
    assertThat(flushed).containsExactly("first", "last");
    flusher.flushLater(() -> flushed.add("next turn"));
    channel.runPendingTasks();
    assertThat(flushed).containsExactly("first", "last", "next turn");
  }

  @Test
  void takesRequestsThatAFlushMakes() {
    Flushable second = () -> flushed.add("second");
    flusher.flushLater(() -> {
      flushed.add("first");
      flusher.flushLater(second);
    });
    flusher.flushLater(() -> flushed.add("neighbour"));
    channel.runPendingTasks();
    assertThat(flushed).containsExactly("first", "neighbour", "second");
  }
}
