package io.reseal.testkit;

import io.reseal.config.KeyPairMaterial;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** A client that sends exactly the bytes it is given, in cleartext or over the JDK's TLS. */
public final class RawClient implements AutoCloseable {
  public static final int DEADLINE_MILLIS = 10_000;

  private final Socket raw;
  private final Socket socket;
  private final WireReader reader;

  private RawClient(Socket raw, Socket socket) throws IOException {
    this.raw = raw;
    this.socket = socket;
    this.reader = new WireReader(socket.getInputStream());
  }

  /** What a client offers in its handshake; an empty server name means none. */
  public record Hello(
      X509Certificate ca,
      String serverName,
      List<String> applicationProtocols,
      List<String> versions,
      @Nullable KeyPairMaterial shown) {
    public static Hello of(X509Certificate ca, String serverName) {
      return new Hello(ca, serverName, List.of(), List.of(), null);
    }

    public Hello withApplicationProtocols(String... protocols) {
      return new Hello(ca, serverName, List.of(protocols), versions, shown);
    }

    public Hello withVersions(String... names) {
      return new Hello(ca, serverName, applicationProtocols, List.of(names), shown);
    }

    /** With this certificate where the server asks for one. */
    public Hello showing(KeyPairMaterial certificate) {
      return new Hello(ca, serverName, applicationProtocols, versions, certificate);
    }

    public RawClient connect(InetSocketAddress address) throws IOException {
      return connect(tcp(new Socket(), address));
    }

    /** The same; what happens midway happens when the server has answered, and awaits the rest. */
    public RawClient connect(InetSocketAddress address, Runnable midway) throws IOException {
      return connect(tcp(new HandshakeSocket(midway), address));
    }

    /** Shakes hands over a connection that is there. */
    public RawClient connect(Socket raw) throws IOException {
      SSLContext context =
          shown == null ? JdkTls.clientContext(ca) : JdkTls.clientContext(ca, shown);
      SSLSocket secured = (SSLSocket) context.getSocketFactory().createSocket(raw, null, 0, true);
      SSLParameters parameters = secured.getSSLParameters();
      parameters.setApplicationProtocols(applicationProtocols.toArray(String[]::new));
      if (!serverName.isEmpty()) {
        parameters.setServerNames(List.of(new SNIHostName(serverName)));
      }
      if (!versions.isEmpty()) {
        parameters.setProtocols(versions.toArray(String[]::new));
      }
      secured.setSSLParameters(parameters);
      try {
        secured.startHandshake();
      } catch (IOException e) {
        raw.close();
        throw e;
      }
      return new RawClient(raw, secured);
    }
  }

  public static RawClient plain(InetSocketAddress address) throws IOException {
    Socket raw = tcp(address);
    return new RawClient(raw, raw);
  }

  /** A connection without a byte. */
  public static Socket tcp(InetSocketAddress address) throws IOException {
    return tcp(new Socket(), address);
  }

  private static Socket tcp(Socket raw, InetSocketAddress address) throws IOException {
    raw.setTcpNoDelay(true);
    raw.setSoTimeout(DEADLINE_MILLIS);
    raw.connect(address, DEADLINE_MILLIS);
    return raw;
  }

  /** Sends these characters as the bytes they are in ISO 8859-1, in one write. */
  public RawClient send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  public RawClient send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
    return this;
  }

  /**
   * Sends what a server that has already answered may refuse to take: a failure to write is what
   * the server's close looks like from here, and its answer is still to be read.
   */
  public RawClient sendDespiteClose(String text) {
    try {
      return send(text);
    } catch (IOException e) {
      return this;
    }
  }

  public Reply exchange(String request) throws IOException {
    send(request);
    return readReply(request.substring(0, Math.max(0, request.indexOf(' '))));
  }

  public Reply readReply() throws IOException {
    return readReply("GET");
  }

  /** The next response with the 1xx before it; a broken body shows as {@link Reply#flaw}. */
  public Reply readReply(String method) throws IOException {
    List<MessageHead> interim = new ArrayList<>();
    MessageHead head = readHead();
    while (head.status() < 200 && head.status() != 101) {
      interim.add(head);
      head = readHead();
    }
    WireReader.Body body = reader.responseBody(head, method);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    String flaw = "";
    if (head.status() != 101) {
      try {
        body.transferTo(bytes);
      } catch (IOException e) {
        flaw = e.toString();
      }
    }
    return new Reply(
        head.first(),
        head.status(),
        head.fields(),
        bytes.toByteArray(),
        body.trailers(),
        interim,
        flaw);
  }

  /** The next head, 1xx included. */
  public MessageHead readHead() throws IOException {
    MessageHead head = reader.readHead();
    if (head == null) {
      throw new BrokenMessageException("closed before a response");
    }
    return head;
  }

  /** The body that follows a head of {@link #readHead}, to be read as it comes. */
  public WireReader.Body body(MessageHead head, String method) throws IOException {
    return reader.responseBody(head, method);
  }

  public byte[] readExactly(int count) throws IOException {
    byte[] bytes = reader.rest().readNBytes(count);
    if (bytes.length < count) {
      throw new BrokenMessageException("closed after " + bytes.length + " of " + count + " bytes");
    }
    return bytes;
  }

  public InputStream in() {
    return reader.rest();
  }

  public OutputStream out() throws IOException {
    return socket.getOutputStream();
  }

  /** What came until the peer ended its direction, and how it did. */
  public record Rest(byte[] bytes, End end) {
    public String text() {
      return new String(bytes, StandardCharsets.ISO_8859_1);
    }
  }

  public Rest readToEnd() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    End end = Ends.drain(reader.rest(), bytes);
    return new Rest(bytes.toByteArray(), end);
  }

  /** FIN of our direction only. */
  public void halfClose() throws IOException {
    socket.shutdownOutput();
  }

  /** FIN, over TLS after a close_notify; nothing more is read. */
  public void goodbye() throws IOException {
    socket.close();
  }

  /** RST. */
  public void reset() throws IOException {
    raw.setSoLinger(true, 0);
    raw.close();
  }

  /** FIN without the close_notify that TLS asks for. */
  public void truncate() throws IOException {
    raw.close();
  }

  /** A small receive buffer must be asked for before much has come. */
  public void receiveBuffer(int bytes) throws IOException {
    raw.setReceiveBufferSize(bytes);
  }

  /** How long a read may wait from now on. */
  public void readTimeout(int millis) throws IOException {
    socket.setSoTimeout(millis);
  }

  /** The first certificate that the server showed. */
  public X509Certificate certificate() throws IOException {
    return (X509Certificate) ((SSLSocket) socket).getSession().getPeerCertificates()[0];
  }

  /** The application protocol agreed by ALPN, or empty. */
  public String applicationProtocol() {
    return socket instanceof SSLSocket secured ? secured.getApplicationProtocol() : "";
  }

  @Override
  public void close() {
    try {
      raw.close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
