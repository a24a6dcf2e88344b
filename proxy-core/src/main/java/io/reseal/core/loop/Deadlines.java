package io.reseal.core.loop;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The deadlines of one event loop. Setting, moving and clearing one is a field write, because a
 * request does it several times; a tick every {@value #TICK_MILLIS} ms looks for those that passed,
 * so a deadline fires up to one tick late, never early. The tick runs only while a deadline is
 * registered.
 *
 * <p>Confined to its event loop.
 */
public final class Deadlines {
  static final long TICK_MILLIS = 100;
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(TICK_MILLIS);

  private static final Logger LOG = LoggerFactory.getLogger(Deadlines.class);

  private final EventLoop loop;
  private final Deadline head = new Deadline(null, () -> {});
  private @Nullable ScheduledFuture<?> tick;

  /** Deadlines count ticks: near enough, and free, while reading the clock for each is not. */
  private long ticks;

  public Deadlines(EventLoop loop) {
    this.loop = loop;
  }

  /**
   * Registers an unset deadline.
   *
   * @param onExpiry called once each time that the deadline passes; it is unset then
   */
  public Deadline register(Runnable onExpiry) {
    assert loop.inEventLoop();
    Deadline deadline = new Deadline(this, onExpiry);
    deadline.next = head.next;
    deadline.previous = head;
    if (head.next != null) {
      head.next.previous = deadline;
    }
    head.next = deadline;
    if (tick == null) {
      tick = loop.scheduleWithFixedDelay(
          this::expire, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }
    return deadline;
  }

  private void expire() {
    ticks++;
    Deadline deadline = head.next;
    while (deadline != null) {
      // Taken first: the callback may remove this deadline.
      Deadline next = deadline.next;
      if (deadline.isSet && ticks >= deadline.atTick) {
        deadline.isSet = false;
        run(deadline.onExpiry);
        if (next != null && next.removed) {
          // The callback removed the neighbour too: what is left comes with the next tick.
          break;
        }
      }
      deadline = next;
    }
    if (head.next == null && tick != null) {
      tick.cancel(false);
      tick = null;
    }
  }

  /** What is thrown here would end the tick, and with it every timeout of this loop. */
  private static void run(Runnable onExpiry) {
    try {
      onExpiry.run();
    } catch (Throwable failed) {
      LOG.error("a timeout could not be handled; its connection may stay open", failed);
    }
  }

  /** One deadline, set or unset. */
  public static final class Deadline {
    private final @Nullable Deadlines owner;
    private final Runnable onExpiry;
    private @Nullable Deadline next;
    private @Nullable Deadline previous;
    private boolean isSet;
    private boolean removed;
    private long atTick;

    private Deadline(@Nullable Deadlines owner, Runnable onExpiry) {
      this.owner = owner;
      this.onExpiry = onExpiry;
    }

    /**
     * Sets or moves the deadline to this many nanoseconds from now, at least 0. It passes up to two
     * ticks later, never earlier.
     */
    public void setNanos(long nanosFromNow) {
      if (owner != null) {
        // The tick under way has partly gone by: it does not count.
        atTick = owner.ticks + 1 + Math.ceilDiv(nanosFromNow, TICK_NANOS);
        isSet = !removed;
      }
    }

    /** Unsets the deadline; it may be set again. */
    public void clear() {
      isSet = false;
    }

    public boolean isSet() {
      return isSet;
    }

    /** Unsets the deadline for good. */
    public void remove() {
      isSet = false;
      if (removed || owner == null) {
        return;
      }
      assert owner.loop.inEventLoop();
      removed = true;
      if (previous != null) {
        previous.next = next;
      }
      if (next != null) {
        next.previous = previous;
      }
      previous = null;
    }
  }
}
