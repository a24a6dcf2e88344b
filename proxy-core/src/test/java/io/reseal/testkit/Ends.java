package io.reseal.testkit;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import javax.net.ssl.SSLException;

/** Reads a connection to its end and says which end it was. */
final class Ends {
  private Ends() {}

  static End drain(InputStream in, OutputStream target) {
    byte[] buffer = new byte[16 << 10];
    try {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        target.write(buffer, 0, count);
      }
      return End.CLOSED;
    } catch (IOException e) {
      return of(e);
    }
  }

  static End of(IOException failure) {
    if (failure instanceof SocketTimeoutException) {
      throw new AssertionError("the peer neither sent nor closed before the deadline", failure);
    }
    if ("Socket closed".equals(failure.getMessage())) {
      return End.CLOSED; // by ourselves
    }
    if (failure instanceof EOFException) {
      return End.TRUNCATED;
    }
    if (failure instanceof SSLException) {
      return isTruncation(failure) ? End.TRUNCATED : isReset(failure) ? End.RESET : End.ALERT;
    }
    if (failure instanceof SocketException) {
      return End.RESET;
    }
    throw new AssertionError("unexpected end of a connection", failure);
  }

  private static boolean isTruncation(IOException failure) {
    String message = String.valueOf(failure.getMessage());
    return message.contains("terminated the") || message.contains("shut down incorrectly");
  }

  private static boolean isReset(IOException failure) {
    return failure.getCause() instanceof SocketException
        || String.valueOf(failure.getMessage()).contains("Connection reset");
  }
}
