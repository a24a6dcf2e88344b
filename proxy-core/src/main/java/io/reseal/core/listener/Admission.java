package io.reseal.core.listener;

import io.reseal.config.Listener;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The budget of open connections of one listener, over all its loops: in total, and for each source
 * address. IPv6 sources count by their /64, which is what one subscriber gets. Thread-safe; the map
 * holds only sources that have a connection open, so the total bounds it.
 */
public final class Admission {
  private static final int IPV6_SUBSCRIBER_BYTES = 8;

  private volatile int most;
  private volatile int mostPerSource;
  private final AtomicInteger open = new AtomicInteger();
  private final ConcurrentHashMap<InetAddress, Integer> openBySource = new ConcurrentHashMap<>();

  public Admission(Listener listener) {
    this.most = listener.maxConnections();
    this.mostPerSource = listener.maxConnectionsPerSource();
  }

  /** Takes up other limits; who is in stays in. */
  public void configure(Listener listener) {
    most = listener.maxConnections();
    mostPerSource = listener.maxConnectionsPerSource();
  }

  /** The answer to a new connection. */
  public enum Verdict {
    ADMITTED,
    LISTENER_FULL,
    SOURCE_FULL
  }

  /** Takes a connection in; one that is admitted must be given back with {@link #release}. */
  public Verdict admit(InetAddress source) {
    if (open.incrementAndGet() > most) {
      open.decrementAndGet();
      return Verdict.LISTENER_FULL;
    }
    InetAddress key = subscriber(source);
    if (openBySource.merge(key, 1, Integer::sum) > mostPerSource) {
      release(source);
      return Verdict.SOURCE_FULL;
    }
    return Verdict.ADMITTED;
  }

  /** Gives an admitted connection back. */
  public void release(InetAddress source) {
    open.decrementAndGet();
    openBySource.computeIfPresent(
        subscriber(source), (key, count) -> count == 1 ? null : count - 1);
  }

  /** Connections open now. */
  public int open() {
    return open.get();
  }

  private static InetAddress subscriber(InetAddress source) {
    if (!(source instanceof Inet6Address)) {
      return source;
    }
    byte[] address = source.getAddress();
    Arrays.fill(address, IPV6_SUBSCRIBER_BYTES, address.length, (byte) 0);
    try {
      return InetAddress.getByAddress(address);
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException("sixteen bytes are an address", impossible);
    }
  }
}
