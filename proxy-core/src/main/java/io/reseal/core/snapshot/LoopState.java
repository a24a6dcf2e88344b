package io.reseal.core.snapshot;

import io.netty.channel.EventLoop;
import io.reseal.config.Limits;
import io.reseal.config.Timeouts;
import io.reseal.core.loop.Deadlines;
import io.reseal.core.loop.LoopFlusher;
import io.reseal.core.loop.RelayBuffer;
import io.reseal.core.upstream.UpstreamLoop;
import io.reseal.core.upstream.UpstreamPlan;
import io.reseal.core.upstream.UpstreamPool;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop has: the snapshot that it serves and its own pools. Confined to that loop.
 */
public final class LoopState {
  private final UpstreamLoop upstreamLoop;
  private final int loopIndex;
  private final RelayBuffer relayBuffer = new RelayBuffer();
  private Snapshot snapshot;
  private @Nullable UpstreamPool[] pools;

  public LoopState(UpstreamLoop upstreamLoop, int loopIndex, Snapshot snapshot) {
    this.upstreamLoop = upstreamLoop;
    this.loopIndex = loopIndex;
    this.snapshot = snapshot;
    this.pools = poolsFor(snapshot, new UpstreamPool[0]);
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

  public RelayBuffer relayBuffer() {
    return relayBuffer;
  }

  public Snapshot snapshot() {
    return snapshot;
  }

  /** The connections of this loop to an upstream of the current snapshot. */
  public UpstreamPool pool(UpstreamPlan plan) {
    UpstreamPool pool = pools[plan.index()];
    if (pool == null) {
      throw new IllegalArgumentException("upstream " + plan.name() + " is not in this snapshot");
    }
    return pool;
  }

  /**
   * Takes up another snapshot. Exchanges under way finish with what they started with; pools whose
   * trust stays the same keep their connections, the others are closed.
   */
  public void publish(Snapshot next) {
    assert eventLoop().inEventLoop();
    @Nullable UpstreamPool[] before = pools;
    snapshot = next;
    pools = poolsFor(next, before);
    for (int i = 0; i < before.length; i++) {
      UpstreamPool pool = before[i];
      if (pool != null && (i >= pools.length || pools[i] != pool)) {
        pool.close();
      }
    }
  }

  /** Closes the idle connections to upstreams, and lets no exchange ask for another. */
  public void stop() {
    for (UpstreamPool pool : pools) {
      if (pool != null) {
        pool.stop();
      }
    }
  }

  private @Nullable UpstreamPool[] poolsFor(Snapshot of, @Nullable UpstreamPool[] before) {
    int most = -1;
    for (UpstreamPlan plan : of.upstreams()) {
      most = Math.max(most, plan.index());
    }
    @Nullable UpstreamPool[] made = new UpstreamPool[most + 1];
    Limits limits = of.config().limits();
    Timeouts timeouts = of.config().timeouts();
    for (UpstreamPlan plan : of.upstreams()) {
      UpstreamPool known = plan.index() < before.length ? before[plan.index()] : null;
      if (known != null && plan.takesOver(known.plan())) {
        known.configure(plan, limits, timeouts);
        made[plan.index()] = known;
      } else {
        made[plan.index()] = new UpstreamPool(plan, upstreamLoop, limits, timeouts, loopIndex);
      }
    }
    return made;
  }
}
