package io.reseal.core.snapshot;

import io.netty.channel.EventLoop;
import io.reseal.core.loop.Deadlines;
import io.reseal.core.loop.LoopFlusher;
import io.reseal.core.upstream.UpstreamLoop;
import io.reseal.core.upstream.UpstreamPlan;
import io.reseal.core.upstream.UpstreamPool;

/**
 * What one event loop has: the snapshot that it serves and its own pools. Confined to that loop.
 */
public final class LoopState {
  private final UpstreamLoop upstreamLoop;
  private final int loopIndex;
  private Snapshot snapshot;
  private UpstreamPool[] pools;

  public LoopState(UpstreamLoop upstreamLoop, int loopIndex, Snapshot snapshot) {
    this.upstreamLoop = upstreamLoop;
    this.loopIndex = loopIndex;
    this.snapshot = snapshot;
    this.pools = poolsFor(snapshot);
  }

  public EventLoop eventLoop() {
    return upstreamLoop.eventLoop();
  }

  public Deadlines deadlines() {
    return upstreamLoop.deadlines();
  }

  public LoopFlusher flusher() {
    return upstreamLoop.flusher();
  }

  public Snapshot snapshot() {
    return snapshot;
  }

  /** The connections of this loop to an upstream of the current snapshot. */
  public UpstreamPool pool(UpstreamPlan plan) {
    return pools[plan.index()];
  }

  /** Takes up another snapshot; exchanges under way finish with what they started with. */
  public void publish(Snapshot next) {
    assert eventLoop().inEventLoop();
    UpstreamPool[] before = pools;
    snapshot = next;
    pools = poolsFor(next);
    for (UpstreamPool pool : before) {
      pool.close();
    }
  }

  /** Closes the idle connections to upstreams, and lets no exchange ask for another. */
  public void stop() {
    for (UpstreamPool pool : pools) {
      pool.stop();
    }
  }

  private UpstreamPool[] poolsFor(Snapshot of) {
    UpstreamPool[] made = new UpstreamPool[of.upstreams().size()];
    for (UpstreamPlan plan : of.upstreams()) {
      made[plan.index()] = new UpstreamPool(
          plan, upstreamLoop, of.config().limits(), of.config().timeouts(), loopIndex);
    }
    return made;
  }
}
