package io.reseal.core.pipeline;

import io.netty.channel.Channel;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The connections of one event loop, and how each client connection ends its work, for draining.
 * Confined to that loop.
 */
public final class OpenConnections {
  private static final Runnable NOTHING = () -> {};

  private final Map<Channel, Runnable> drains = new HashMap<>();
  private final Set<Channel> upstreams = new HashSet<>();
  private boolean draining;

  /** Takes a new connection in until it closes. */
  void add(Channel channel) {
    drains.put(channel, NOTHING);
    channel.closeFuture().addListener(ignored -> drains.remove(channel));
  }

  /** Takes a connection to an upstream in until it closes. */
  void addUpstream(Channel channel) {
    upstreams.add(channel);
    channel.closeFuture().addListener(ignored -> upstreams.remove(channel));
  }

  /** Says how a connection ends its work; called at once while draining. */
  void onDrain(Channel channel, Runnable drain) {
    if (drains.replace(channel, drain) != null && draining) {
      drain.run();
    }
  }

  /** Lets every connection end its work. */
  public void drain() {
    draining = true;
    for (Runnable drain : drains.values().toArray(Runnable[]::new)) {
      drain.run();
    }
  }

  /**
   * Cuts every connection, of both sides. An event loop that shuts down may end before it has
   * closed its channels; so nothing is left to that.
   */
  public void closeAll() {
    cut(drains.keySet());
    cut(upstreams);
  }

  private static void cut(Set<Channel> channels) {
    for (Channel channel : channels.toArray(Channel[]::new)) {
      channel.unsafe().close(channel.voidPromise());
    }
  }

  /** How many connections there are to clients and upstreams. */
  public int bothSides() {
    return drains.size() + upstreams.size();
  }

  /** How many clients are connected. */
  public int size() {
    return drains.size();
  }
}
