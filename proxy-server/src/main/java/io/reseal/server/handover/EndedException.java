package io.reseal.server.handover;

import java.io.IOException;

/** The end of a conversation without a word: the other process is gone, or does not answer. */
final class EndedException extends IOException {
  private static final long serialVersionUID = 1L;

  EndedException(String message) {
    super(message);
  }
}
