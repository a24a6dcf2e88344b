package io.reseal.testkit;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;

/**
 * A client's socket that stops its handshake midway: between the first bytes that came from the
 * server and the next ones to it. Used by one thread.
 */
final class HandshakeSocket extends Socket {
  private final Runnable midway;
  private boolean answered;
  private boolean past;

  HandshakeSocket(Runnable midway) {
    this.midway = midway;
  }

  @Override
  public InputStream getInputStream() throws IOException {
    return new FilterInputStream(super.getInputStream()) {
      @Override
      public int read() throws IOException {
        answered = true;
        return super.read();
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        answered = true;
        return super.read(bytes, offset, length);
      }
    };
  }

  @Override
  public OutputStream getOutputStream() throws IOException {
    return new FilterOutputStream(super.getOutputStream()) {
      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        if (answered && !past) {
          past = true;
          midway.run();
        }
        out.write(bytes, offset, length);
      }
    };
  }
}
