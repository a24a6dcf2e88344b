package io.reseal.core.loop;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The flushes that one event loop owes. Everything written in one turn of the loop is flushed once
 * per connection at the turn's end: with many streams on one connection this halves the system
 * calls (HTTP/2, 8 x 16 streams: 20.1 us of CPU per request with a flush per response, 15.5 us so).
 *
 * <p>Confined to its event loop.
 */
public final class LoopFlusher {
  private static final Logger LOG = LoggerFactory.getLogger(LoopFlusher.class);

  private final EventLoop loop;
  private final Runnable flushAll = this::flushAll;
  private List<Flushable> pending = new ArrayList<>();
  private List<Flushable> flushing = new ArrayList<>();
  private boolean scheduled;

  public LoopFlusher(EventLoop loop) {
    this.loop = loop;
  }

  /** Flushes at the end of this turn; the caller sees to it that it asks once per turn. */
  public void flushLater(Flushable flushable) {
    assert loop.inEventLoop();
    pending.add(flushable);
    if (!scheduled) {
      scheduled = true;
      loop.execute(flushAll);
    }
  }

  private void flushAll() {
    scheduled = false;
    List<Flushable> due = pending;
    pending = flushing;
    flushing = due;
    for (int i = 0; i < due.size(); i++) {
      flush(due.get(i));
    }
    due.clear();
  }

  /** What is thrown here would leave the connections behind it unflushed for good. */
  private static void flush(Flushable flushable) {
    try {
      flushable.flushNow();
    } catch (RuntimeException | Error failed) {
      LOG.error("a connection could not be flushed, and may stay silent", failed);
    }
  }

  /** Something that has unflushed writes. */
  @FunctionalInterface
  public interface Flushable {
    void flushNow();
  }
}
