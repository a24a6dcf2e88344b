package io.reseal.core.pipeline;

import io.netty.channel.Channel;
import java.util.HashMap;
import java.util.Map;

/**
 * The client connections of one event loop and how each ends its work, for draining. Confined to
 * that loop.
 */
public final class OpenConnections {
  private static final Runnable NOTHING = () -> {};

  private final Map<Channel, Runnable> drains = new HashMap<>();
  private boolean draining;

  /** Takes a new connection in until it closes. */
  void add(Channel channel) {
    drains.put(channel, NOTHING);
    channel.closeFuture().addListener(ignored -> drains.remove(channel));
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

  /** Cuts every connection. */
  public void closeAll() {
    for (Channel channel : drains.keySet().toArray(Channel[]::new)) {
      channel.unsafe().close(channel.voidPromise());
    }
  }

  public int size() {
    return drains.size();
  }
}
