package io.reseal.core.upstream;

import io.reseal.config.HostPort;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One endpoint of an upstream, with what must hold for it over all event loops: how many
 * connections are open, and how many of them idle. Shared by all loops; the counters are atomic.
 */
public final class EndpointPlan {
  private final HostPort address;
  private final String text;
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger idle = new AtomicInteger();

  EndpointPlan(HostPort address) {
    this.address = address;
    this.text = address.toString();
  }

  public HostPort address() {
    return address;
  }

  /** The address as {@code host:port}. */
  public String text() {
    return text;
  }

  /** How many connections are open or opening, over all loops. */
  public int openConnections() {
    return open.get();
  }

  /** How many connections wait in a pool, over all loops. */
  public int idleConnections() {
    return idle.get();
  }

  /** Connections open or opening, over all loops. */
  AtomicInteger open() {
    return open;
  }

  /** Connections that wait in a pool, over all loops. */
  AtomicInteger idle() {
    return idle;
  }
}
