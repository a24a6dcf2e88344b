package io.reseal.core.upstream;

import io.reseal.config.HostPort;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One endpoint of an upstream, with what must hold for it over all event loops: how many
 * connections are open, and how many of them idle. Shared by all loops; the counters are atomic.
 */
public final class EndpointPlan {
  private final HostPort address;
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger idle = new AtomicInteger();

  EndpointPlan(HostPort address) {
    this.address = address;
  }

  public HostPort address() {
    return address;
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
