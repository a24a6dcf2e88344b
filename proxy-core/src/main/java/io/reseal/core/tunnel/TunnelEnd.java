package io.reseal.core.tunnel;

/** How a tunnel ended. */
public enum TunnelEnd {
  /** Both sides ended their direction, the client first. */
  CLIENT_CLOSED,
  /** Both sides ended their direction, the upstream first. */
  UPSTREAM_CLOSED,
  /** Silence in both directions for too long. */
  IDLE,
  /** The configuration would not let the client in any more, and the grace was over. */
  CUT_OFF,
  RESET_BY_CLIENT,
  RESET_BY_UPSTREAM
}
