package io.reseal.server.handover;

import java.io.IOException;

/** The "no" of the other process, or to it; the message is its reason. */
final class RefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  RefusedException(String reason) {
    super(reason);
  }
}
