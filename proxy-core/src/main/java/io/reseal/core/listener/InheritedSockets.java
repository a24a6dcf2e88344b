package io.reseal.core.listener;

import io.netty.channel.unix.FileDescriptor;
import io.reseal.config.HostPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listening sockets that a process got from its predecessor. They are used in place of new ones,
 * because what waits in their accept queues would be reset if they were closed. Owns the descriptors
 * that nobody has taken. Thread-safe.
 */
public final class InheritedSockets implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(InheritedSockets.class);

  private final List<ListeningSocket> all;
  private final List<ListeningSocket> left;

  public InheritedSockets(List<ListeningSocket> sockets) {
    this.all = List.copyOf(sockets);
    this.left = new ArrayList<>(sockets);
  }

  /** Those of a process without a predecessor. */
  public static InheritedSockets none() {
    return new InheritedSockets(List.of());
  }

  /** Everything that was inherited, taken or not. */
  public List<ListeningSocket> all() {
    return all;
  }

  /**
   * Takes the sockets for an address: none, one, or several that share it.
   *
   * @param address the same as {@code wanted}, resolved
   * @return descriptors, which are the caller's from now on
   */
  public synchronized List<Integer> take(
      String owner, HostPort wanted, int number, InetSocketAddress address) {
    List<Integer> taken = new ArrayList<>();
    left.removeIf(each -> {
      boolean serves = each.serves(owner, wanted, number, address);
      if (serves) {
        taken.add(each.descriptor());
      }
      return serves;
    });
    return taken;
  }

  /** Whether the predecessor listens on this port, on whatever address. */
  public boolean hasPort(int port) {
    return all.stream().anyMatch(each -> each.address().getPort() == port);
  }

  /** Closes what nobody has taken; the predecessor still has it. */
  @Override
  public synchronized void close() {
    for (ListeningSocket each : left) {
      closeDescriptor(each.descriptor());
    }
    left.clear();
  }

  /** Closes a descriptor that was taken and cannot be used. */
  public static void closeDescriptor(int descriptor) {
    try {
      new FileDescriptor(descriptor).close();
    } catch (IOException failed) {
      LOG.debug("descriptor {} cannot be closed", descriptor, failed);
    }
  }
}
