package io.reseal.core.tls;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A server of plain sockets that misbehaves as told, for one connection after the other. */
final class RawServer implements AutoCloseable {
  private final ServerSocket listening;
  private final Thread thread;

  /** What is done with one connection. */
  interface Behaviour {
    void on(Socket connection) throws IOException;
  }

  RawServer(Behaviour behaviour) throws IOException {
    listening = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    thread = Thread.ofVirtual().start(() -> serve(behaviour));
  }

  /** Reads what the client sends first, then answers with these bytes and closes. */
  static RawServer answering(byte[] answer) throws IOException {
    return new RawServer(connection -> {
      readSome(connection);
      connection.getOutputStream().write(answer);
      connection.shutdownOutput();
      connection.getInputStream().readAllBytes();
    });
  }

  static void readSome(Socket connection) throws IOException {
    InputStream in = connection.getInputStream();
    if (in.read(new byte[16_384]) < 0) {
      throw new IOException("nothing came");
    }
  }

  int port() {
    return listening.getLocalPort();
  }

  private void serve(Behaviour behaviour) {
    while (!listening.isClosed()) {
      try (Socket connection = listening.accept()) {
        behaviour.on(connection);
      } catch (IOException closed) {
        // The client's end of the matter is what is tested.
      }
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    thread.interrupt();
  }
}
