package io.reseal.server.doctor;

import io.reseal.testkit.JdkTls;
import io.reseal.testkit.TestPki.Issued;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import javax.net.ssl.SSLServerSocket;

/** A server of the JDK's own TLS, or of none, that reads and counts what clients send. */
final class JdkServer implements AutoCloseable {
  private final ServerSocket socket;
  private final AtomicInteger received = new AtomicInteger();

  private JdkServer(ServerSocket socket) {
    this.socket = socket;
    Thread.ofVirtual().start(this::accept);
  }

  static JdkServer tls(Issued issued, Consumer<SSLServerSocket> settings) throws IOException {
    SSLServerSocket socket = (SSLServerSocket) JdkTls.serverContext(issued.material())
        .getServerSocketFactory()
        .createServerSocket(0, 8, InetAddress.ofLiteral("127.0.0.1"));
    settings.accept(socket);
    return new JdkServer(socket);
  }

  static JdkServer cleartext() throws IOException {
    return new JdkServer(new ServerSocket(0, 8, InetAddress.ofLiteral("127.0.0.1")));
  }

  private void accept() {
    try {
      while (true) {
        Socket client = socket.accept();
        Thread.ofVirtual().start(() -> read(client));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private void read(Socket client) {
    try (client;
        InputStream in = client.getInputStream()) {
      byte[] first = new byte[1_024];
      for (int read = in.read(first); read >= 0; read = in.read(first)) {
        received.addAndGet(read);
        // Whoever speaks to a cleartext server gets an answer that is no TLS.
        client
            .getOutputStream()
            .write("HTTP/1.1 400 Bad Request\r\n\r\n"
                .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        client.getOutputStream().flush();
      }
    } catch (IOException failed) {
      // A handshake that failed, as half the tests want it to.
    }
  }

  int port() {
    return socket.getLocalPort();
  }

  /** The bytes that clients have sent, above TLS where there is one. */
  int received() {
    return received.get();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
