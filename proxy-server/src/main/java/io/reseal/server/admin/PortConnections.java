package io.reseal.server.admin;

import io.netty.channel.Channel;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The open connections to one port, at most {@value #MOST}. Those that have not asked yet give way to
 * newer ones, the oldest first: whoever only connects cannot keep health checks out. Confined to the
 * event loop of the ports.
 */
final class PortConnections {
  static final int MOST = 256;

  private final Set<Channel> waiting = new LinkedHashSet<>();
  private final Set<Channel> asked = new HashSet<>();

  /**
   * Takes a new one in until it closes.
   *
   * @return false where there is no room, because so many take their answers
   */
  boolean add(Channel channel) {
    if (waiting.size() + asked.size() >= MOST && !giveUpOldest()) {
      return false;
    }
    waiting.add(channel);
    channel.closeFuture().addListener(closed -> {
      waiting.remove(channel);
      asked.remove(channel);
    });
    return true;
  }

  private boolean giveUpOldest() {
    Iterator<Channel> oldest = waiting.iterator();
    if (!oldest.hasNext()) {
      return false;
    }
    Channel channel = oldest.next();
    oldest.remove();
    channel.close();
    return true;
  }

  /** The request of a connection is there: it stays until it has its answer. */
  void asked(Channel channel) {
    if (waiting.remove(channel)) {
      asked.add(channel);
    }
  }

  /** Closes those that have not asked. */
  void closeWaiting() {
    close(waiting);
  }

  /** Closes all, whatever they wait for. */
  void closeAll() {
    close(waiting);
    close(asked);
  }

  private static void close(Set<Channel> channels) {
    for (Channel channel : channels.toArray(Channel[]::new)) {
      channel.close();
    }
  }
}
