package io.reseal.testkit;

/** How a peer ended its direction of a connection. */
public enum End {
  /** FIN, over TLS after a close_notify. */
  CLOSED,
  /** FIN over TLS without a close_notify. */
  TRUNCATED,
  /** RST. */
  RESET,
  /** A TLS alert other than close_notify. */
  ALERT
}
