package io.reseal.core.tunnel;

/** How a tunnel ended. */
public enum TunnelEnd {
  /** Both sides ended their direction, the client first. */
  CLIENT_CLOSED,
  /** Both sides ended their direction, the upstream first. */
  UPSTREAM_CLOSED,
  /** Silence in both directions for too long. */
  IDLE,
  RESET_BY_CLIENT,
  RESET_BY_UPSTREAM
}
