package io.reseal.core.tls;

import org.jspecify.annotations.Nullable;

/**
 * The failure to make a TLS context from a checked configuration; the message says which part and
 * what to do. No snapshot results from it.
 */
public final class TlsSetupException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TlsSetupException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
