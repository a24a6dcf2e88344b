package io.reseal.testkit;

import java.io.IOException;

/** A message that broke off before its end, or that is not HTTP/1.1 as RFC 9112 writes it. */
public final class BrokenMessageException extends IOException {
  public BrokenMessageException(String message) {
    super(message);
  }
}
