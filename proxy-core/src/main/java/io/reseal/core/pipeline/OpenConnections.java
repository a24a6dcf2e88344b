package io.reseal.core.pipeline;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.reseal.core.loop.Deadlines;
import io.reseal.core.loop.Deadlines.Deadline;
import io.reseal.core.snapshot.Snapshot;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop, and how each client connection ends its work, for draining.
 * Confined to that loop.
 */
public final class OpenConnections {
  private final Deadlines deadlines;
  private final long graceNanos;
  private final Map<Channel, Served> clients = new HashMap<>();
  private final Set<Channel> upstreams = new HashSet<>();
  private boolean draining;

  /**
   * Made on any thread.
   *
   * @param grace how long a connection that a snapshot would not let in may take to end its work
   */
  public OpenConnections(Deadlines deadlines, Duration grace) {
    this.deadlines = deadlines;
    this.graceNanos = grace.toNanos();
  }

  /** Takes a new connection in until it closes. */
  void add(Channel channel) {
    Served served = new Served(channel);
    clients.put(channel, served);
    channel.closeFuture().addListener(ignored -> {
      clients.remove(channel);
      served.forget();
    });
  }

  /** Takes a connection to an upstream in until it closes. */
  void addUpstream(Channel channel) {
    upstreams.add(channel);
    channel.closeFuture().addListener(ignored -> upstreams.remove(channel));
  }

  /**
   * Says how a connection ends its work. It is asked to at once while draining, and where the
   * snapshot of now would not let it in: that may be a later one than it was decided by.
   */
  void onDrain(Channel channel, Ending ending, Standing standing, Snapshot now) {
    Served served = clients.get(channel);
    if (served == null) {
      return;
    }
    served.ending = ending;
    served.standing = standing;
    if (draining) {
      ending.drain();
    } else {
      served.holdAgainst(now);
    }
  }

  /** Says that a connection ends otherwise from now on; which snapshots would let it in stays. */
  void endsBy(Channel channel, Ending ending) {
    Served served = clients.get(channel);
    if (served != null) {
      served.ending = ending;
    }
  }

  /**
   * Lets every connection end its work that another snapshot would not let in. What is open when the
   * grace is over is cut, unless a snapshot has come meanwhile that would let it in, or it proves to
   * be spared.
   */
  public void drainUnlessAdmitted(Snapshot next) {
    for (Served served : clients.values().toArray(Served[]::new)) {
      served.holdAgainst(next);
    }
  }

  /** Lets every connection end its work. */
  public void drain() {
    draining = true;
    for (Served served : clients.values().toArray(Served[]::new)) {
      // From here on one grace holds for all, and what it cuts is counted.
      served.spare();
      served.ending.drain();
    }
  }

  /**
   * Cuts every connection, of both sides. An event loop that shuts down may end before it has
   * closed its channels; so nothing is left to that.
   */
  public void closeAll() {
    cut(clients.keySet());
    cut(upstreams);
  }

  private static void cut(Set<Channel> channels) {
    for (Channel channel : channels.toArray(Channel[]::new)) {
      channel.unsafe().close(channel.voidPromise());
    }
  }

  /** How many connections there are to clients and upstreams. */
  public int bothSides() {
    return clients.size() + upstreams.size();
  }

  /** How many clients are connected. */
  public int size() {
    return clients.size();
  }

  /** How a connection ends its work. */
  @FunctionalInterface
  interface Ending {
    /** Nothing to wait for: what goes through it has no end of its own. */
    Ending NONE = () -> {};

    /** Takes no new work and closes after the work under way. */
    void drain();

    /** Takes note that the connection is cut now, before it is. */
    default void cut() {}
  }

  /** What a connection was let in by, held against snapshots that come later. */
  interface Standing {
    /** Under any. */
    Standing ALWAYS = ignored -> true;

    /** Whether it may stay as it is; on the event loop, and cheap. */
    boolean staysUnder(Snapshot next);

    /**
     * Whether it need not be cut though it may not stay as it is, because its client would be let in
     * again. May take long: called on another thread.
     */
    default boolean isSparedBy(Snapshot next) {
      return false;
    }
  }

  /** A client's connection; as long as nothing is decided about it, it stays under any snapshot. */
  private final class Served {
    private final Channel channel;
    private Ending ending = Ending.NONE;
    private Standing standing = Standing.ALWAYS;
    private @Nullable Snapshot latest;
    private @Nullable Deadline cutDue;

    Served(Channel channel) {
      this.channel = channel;
    }

    void holdAgainst(Snapshot next) {
      if (standing.staysUnder(next)) {
        spare();
        return;
      }
      ending.drain();
      latest = next;
      if (cutDue == null) {
        cutDue = deadlines.register(this::graceOver);
      }
      // A further change of that kind gives no further time.
      if (!cutDue.isSet()) {
        cutDue.setNanos(graceNanos);
      }
    }

    void spare() {
      latest = null;
      if (cutDue != null) {
        cutDue.clear();
      }
    }

    /** Certificates are judged elsewhere, or thousands of connections would hold up the loop. */
    private void graceOver() {
      Snapshot under = latest;
      if (under == null) {
        return;
      }
      Thread.ofVirtual().start(() -> {
        if (!isSparedBy(under)) {
          channel.eventLoop().execute(() -> cutUnder(under));
        }
      });
    }

    /** Where that cannot be told, it is not. */
    private boolean isSparedBy(Snapshot under) {
      try {
        return standing.isSparedBy(under);
      } catch (RuntimeException | Error unknown) {
        return false;
      }
    }

    private void cutUnder(Snapshot under) {
      // Else another has come, which has its own grace or lets it stay.
      if (latest == under) {
        cut();
      }
    }

    /** By a reset, because an end without one could look like the end of a whole message. */
    private void cut() {
      ending.cut();
      if (channel.isOpen()) {
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        channel.unsafe().close(channel.voidPromise());
      }
    }

    void forget() {
      if (cutDue != null) {
        cutDue.remove();
      }
    }
  }
}
