package io.reseal.server.admin;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The threads that make answers, off the event loop of the ports. Of those that may be large only
 * {@value #MOST_LARGE} are made or on their way at the same time, and others wait: with many hosts a
 * page is megabytes. Thread-safe.
 */
final class AnswerThreads implements AutoCloseable {
  static final int MOST_LARGE = 8;

  /** Far fewer than a port has connections, so that there is room for others. */
  static final int MOST_WAITING = 64;

  private static final long STOP_MILLIS = 1_000;

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger waiting = new AtomicInteger();
  private final Semaphore large = new Semaphore(MOST_LARGE, /* fair= */ true);

  /** Runs what makes a small answer. */
  void small(Runnable task) {
    threads.execute(task);
  }

  /** Whether so many wait for large answers that no more should. */
  boolean isCrowded() {
    return waiting.get() >= MOST_WAITING;
  }

  /**
   * Runs what makes an answer that may be large, when there is room.
   *
   * @param task gets what it must run once, when the answer is on its way or never will be
   */
  void large(Consumer<Runnable> task) {
    waiting.incrementAndGet();
    threads.execute(() -> {
      try {
        large.acquire();
      } catch (InterruptedException closed) {
        return;
      } finally {
        waiting.decrementAndGet();
      }
      try {
        task.accept(large::release);
      } catch (RuntimeException | Error unsent) {
        large.release();
        throw unsent;
      }
    });
  }

  /** An answer under way still gets its time. */
  @Override
  public void close() {
    threads.shutdownNow();
    try {
      threads.awaitTermination(STOP_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException asked) {
      Thread.currentThread().interrupt();
    }
  }
}
