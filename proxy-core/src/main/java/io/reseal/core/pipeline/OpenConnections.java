package io.reseal.core.pipeline;

import io.netty.channel.Channel;
import io.reseal.core.snapshot.Snapshot;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The connections of one event loop, and how each client connection ends its work, for draining.
 * Confined to that loop.
 */
public final class OpenConnections {
  private static final Served UNDECIDED = new Served(() -> {}, ignored -> true);

  private final Map<Channel, Served> clients = new HashMap<>();
  private final Set<Channel> upstreams = new HashSet<>();
  private boolean draining;

  /** Takes a new connection in until it closes. */
  void add(Channel channel) {
    clients.put(channel, UNDECIDED);
    channel.closeFuture().addListener(ignored -> clients.remove(channel));
  }

  /** Takes a connection to an upstream in until it closes. */
  void addUpstream(Channel channel) {
    upstreams.add(channel);
    channel.closeFuture().addListener(ignored -> upstreams.remove(channel));
  }

  /**
   * Says how a connection ends its work; called at once while draining.
   *
   * @param staysUnder whether the connection may stay open under another snapshot
   */
  void onDrain(Channel channel, Runnable drain, Predicate<Snapshot> staysUnder) {
    if (clients.replace(channel, new Served(drain, staysUnder)) != null && draining) {
      drain.run();
    }
  }

  /** Lets every connection end its work that another snapshot would not let in. */
  public void drainUnlessAdmitted(Snapshot next) {
    for (Served served : clients.values().toArray(Served[]::new)) {
      if (!served.staysUnder().test(next)) {
        served.drain().run();
      }
    }
  }

  /** Lets every connection end its work. */
  public void drain() {
    draining = true;
    for (Served served : clients.values().toArray(Served[]::new)) {
      served.drain().run();
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

  /** How a connection ends its work, and which snapshots would let it in. */
  private record Served(Runnable drain, Predicate<Snapshot> staysUnder) {}
}
