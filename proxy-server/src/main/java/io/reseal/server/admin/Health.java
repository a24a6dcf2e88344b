package io.reseal.server.admin;

/** Whether the process lives and should get traffic. Thread-safe. */
public final class Health {

  /** How far the process is. */
  public enum Phase {
    STARTING,
    SERVING,
    /** A drain has begun, or everything has stopped: no new traffic, please. */
    DRAINING
  }

  private volatile Phase phase = Phase.STARTING;

  /** Listeners are bound and served. */
  public synchronized void serving() {
    if (phase == Phase.STARTING) {
      phase = Phase.SERVING;
    }
  }

  /** From here on never ready again. */
  public synchronized void draining() {
    phase = Phase.DRAINING;
  }

  /** How far the process is now. */
  public Phase phase() {
    return phase;
  }

  boolean isReady() {
    return phase == Phase.SERVING;
  }
}
