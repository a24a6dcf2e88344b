package io.reseal.core.listener;

import io.netty.channel.Channel;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The listening sockets of a configuration. Closed once; thread-safe after it is built. */
public final class BoundListeners implements AutoCloseable {
  private final Map<String, List<InetSocketAddress>> addresses = new LinkedHashMap<>();
  private final List<Channel> channels = new ArrayList<>();

  BoundListeners() {}

  void add(String listener, InetSocketAddress address) {
    addresses.computeIfAbsent(listener, ignored -> new ArrayList<>()).add(address);
  }

  void add(Channel channel) {
    channels.add(channel);
  }

  /** The addresses bound, by listener name, a port of 0 replaced by the real one. */
  public Map<String, List<InetSocketAddress>> addresses() {
    return addresses;
  }

  /** Stops accepting. */
  @Override
  public void close() {
    for (Channel channel : channels) {
      channel.close().awaitUninterruptibly();
    }
  }
}
