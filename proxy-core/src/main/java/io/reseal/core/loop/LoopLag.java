package io.reseal.core.loop;

import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * The clock that one event loop is held against: four times a second it asks for its turn, and
 * tells by how much it came late. Runs until the loop ends; confined to it.
 */
public final class LoopLag implements Runnable {
  private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  private final EventLoop loop;
  private final LongConsumer told;
  private long dueNanos;

  private LoopLag(EventLoop loop, LongConsumer told) {
    this.loop = loop;
    this.told = told;
  }

  /**
   * Starts watching a loop.
   *
   * @param told gets nanoseconds, never negative, on the loop
   */
  public static void watch(EventLoop loop, LongConsumer told) {
    LoopLag lag = new LoopLag(loop, told);
    loop.execute(lag::askForTurn);
  }

  private void askForTurn() {
    if (!loop.isShuttingDown()) {
      dueNanos = System.nanoTime() + PERIOD_NANOS;
      loop.schedule(this, PERIOD_NANOS, TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public void run() {
    told.accept(Math.max(0, System.nanoTime() - dueNanos));
    askForTurn();
  }
}
