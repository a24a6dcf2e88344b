package io.reseal.distribution;

import io.reseal.testkit.JdkTls;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** A client of a site: connections over TLS, verified, with blocking requests of HTTP/1.1. */
final class Visitor {
  private static final int TIMEOUT_MILLIS = 120_000;

  private final String address;
  private final int port;
  private final String host;
  private final SSLContext context;

  Visitor(String address, int port, String host, X509Certificate ca) throws IOException {
    this.address = address;
    this.port = port;
    this.host = host;
    this.context = JdkTls.clientContext(ca);
  }

  /** Opens a connection; its handshake is done. */
  Connection connect() throws IOException {
    Socket plain = new Socket();
    plain.connect(new InetSocketAddress(address, port), TIMEOUT_MILLIS);
    plain.setSoTimeout(TIMEOUT_MILLIS);
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, host, port, true);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName(host)));
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return new Connection(socket);
  }

  /** One connection. */
  final class Connection implements AutoCloseable {
    private final SSLSocket socket;
    private final InputStream in;
    private final OutputStream out;

    private Connection(SSLSocket socket) throws IOException {
      this.socket = socket;
      this.in = socket.getInputStream();
      this.out = socket.getOutputStream();
    }

    /** Asks for a path and returns the head of the answer and its body. */
    String get(String path) throws IOException {
      send("GET", path, 0);
      return receive();
    }

    /** Sends the head of a request. */
    void send(String method, String path, long length) throws IOException {
      String text = method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\n"
          + (length > 0 ? "Content-Length: " + length + "\r\n" : "") + "\r\n";
      out.write(text.getBytes(StandardCharsets.US_ASCII));
      out.flush();
    }

    /** Sends so many bytes of a body. */
    void sendBody(long length) throws IOException {
      byte[] piece = new byte[64 << 10];
      for (long left = length; left > 0; left -= piece.length) {
        out.write(piece, 0, (int) Math.min(left, piece.length));
      }
      out.flush();
    }

    /** Receives an answer whose length its head tells. */
    String receive() throws IOException {
      String head = receiveHead();
      return head + receiveBody(head);
    }

    String receiveHead() throws IOException {
      ByteArrayOutputStream head = new ByteArrayOutputStream();
      while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
        int next = in.read();
        if (next < 0) {
          throw new IOException("the connection ended in the head: " + head);
        }
        head.write(next);
      }
      return head.toString(StandardCharsets.US_ASCII);
    }

    String receiveBody(String head) throws IOException {
      int length = head.lines()
          .filter(line -> line.regionMatches(true, 0, "content-length:", 0, 15))
          .mapToInt(line -> Integer.parseInt(line.substring(15).strip()))
          .findFirst()
          .orElseThrow(() -> new IOException("no length: " + head));
      byte[] body = in.readNBytes(length);
      if (body.length < length) {
        throw new IOException("the body ended after " + body.length + " of " + length + " bytes");
      }
      return new String(body, StandardCharsets.US_ASCII);
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
