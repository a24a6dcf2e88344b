package io.reseal.testkit;

import io.reseal.config.HostPort;
import io.reseal.config.KeyPairMaterial;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/1.1 server on loopback that does what a test tells it and remembers every byte it got.
 *
 * <p>It is made of plain sockets and the JDK's TLS, so that it shares no code with the proxy. Every
 * connection has a virtual thread of its own. Without a script a request is answered by 200 and a
 * body that shows it: request line, field lines, an empty line, the body.
 */
public final class RecordingOrigin implements AutoCloseable {
  static final int DEADLINE_SECONDS = 20;

  private final ServerSocket listener;
  private final Options options;
  private final @Nullable SSLContext tls;
  private final Map<String, OriginHandler> handlers = new ConcurrentHashMap<>();
  private final List<OriginConnection> connections = new CopyOnWriteArrayList<>();
  private final List<RecordedRequest> requests = new CopyOnWriteArrayList<>();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final List<AssertionError> scriptFailures = new CopyOnWriteArrayList<>();

  private RecordingOrigin(Options options) throws IOException {
    this.options = options;
    KeyPairMaterial identity = options.identity;
    this.tls = identity == null ? null : JdkTls.serverContext(identity, options.clientCa);
    this.listener = new ServerSocket();
    listener.bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 256);
    Thread.ofVirtual().start(this::acceptAll);
  }

  /**
   * How an origin presents itself.
   *
   * @param identity its certificate and key; null for cleartext
   * @param versions TLS versions in JSSE's spelling; empty for the JDK's choice
   * @param applicationProtocols what it agrees to by ALPN; empty for no ALPN
   * @param clientCa who signs the certificates of its clients; null where it asks for none
   * @param tuning the last word on its TLS
   * @param script what it does with a connection in place of serving requests; null for that
   */
  public record Options(
      @Nullable KeyPairMaterial identity,
      List<String> versions,
      List<String> applicationProtocols,
      @Nullable X509Certificate clientCa,
      UnaryOperator<SSLParameters> tuning,
      OriginHandler.@Nullable OfConnection script) {
    public RecordingOrigin start() throws IOException {
      return new RecordingOrigin(this);
    }

    public Options withVersions(String... versions) {
      return new Options(
          identity, List.of(versions), applicationProtocols, clientCa, tuning, script);
    }

    public Options withApplicationProtocols(String... protocols) {
      return new Options(identity, versions, List.of(protocols), clientCa, tuning, script);
    }

    public Options withScript(OriginHandler.OfConnection script) {
      return new Options(identity, versions, applicationProtocols, clientCa, tuning, script);
    }

    /** Insists on a client certificate that this CA signed. */
    public Options withClientsOf(X509Certificate ca) {
      return new Options(identity, versions, applicationProtocols, ca, tuning, script)
          .withTuning(parameters -> {
            parameters.setNeedClientAuth(true);
            return parameters;
          });
    }

    public Options withTuning(UnaryOperator<SSLParameters> change) {
      return new Options(identity, versions, applicationProtocols, clientCa, change, script);
    }
  }

  public static Options tls(KeyPairMaterial identity) {
    return new Options(
        identity, List.of(), List.of("http/1.1"), null, UnaryOperator.identity(), null);
  }

  public static Options cleartext() {
    return new Options(null, List.of(), List.of(), null, UnaryOperator.identity(), null);
  }

  /** What happens to requests whose path, without the query, is this one. */
  public RecordingOrigin on(String path, OriginHandler handler) {
    handlers.put(path, handler);
    return this;
  }

  /** The same, for an answer that does not depend on the request. */
  public RecordingOrigin on(String path, String rawResponse) {
    return on(path, (connection, head) -> connection.respond(head, rawResponse));
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** Its address as an endpoint by IP literal. */
  public HostPort endpoint() {
    return new HostPort("127.0.0.1", port());
  }

  public List<OriginConnection> connections() {
    return List.copyOf(connections);
  }

  public OriginConnection lastConnection() {
    return connections.getLast();
  }

  /** The requests received whole, in the order of their ends. */
  public List<RecordedRequest> requests() {
    return List.copyOf(requests);
  }

  public RecordedRequest lastRequest() {
    return requests.getLast();
  }

  /** The bytes received so far over all connections, decrypted. */
  public long receivedBytes() {
    return connections.stream().mapToLong(OriginConnection::receivedBytes).sum();
  }

  /** Ends all connections; throws what a script asserted in vain. */
  @Override
  public void close() {
    try {
      listener.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    if (!scriptFailures.isEmpty()) {
      throw new AssertionError("a script of this origin failed", scriptFailures.getFirst());
    }
  }

  void record(RecordedRequest request) {
    requests.add(request);
  }

  private void acceptAll() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(DEADLINE_SECONDS * 1_000);
        sockets.add(socket);
        OriginConnection connection = new OriginConnection(this, connections.size(), socket);
        connections.add(connection);
        Thread.ofVirtual().start(() -> serve(connection, socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(OriginConnection connection, Socket socket) {
    try {
      SSLContext context = tls;
      if (context != null) {
        connection.startTls(secure(context, socket));
      }
      OriginHandler.OfConnection script = options.script;
      if (script != null) {
        script.serve(connection);
      } else {
        serveRequests(connection);
      }
      connection.close();
      connection.ended(End.CLOSED);
    } catch (BrokenMessageException e) {
      connection.ended(connection.awaitEnd());
    } catch (IOException e) {
      connection.ended(Ends.of(e));
    } catch (AssertionError e) {
      scriptFailures.add(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      closeQuietly(socket);
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // Nothing is left to be told.
    }
  }

  private SSLSocket secure(SSLContext context, Socket socket) throws IOException {
    SSLSocket secured =
        (SSLSocket) context.getSocketFactory().createSocket(socket, null, /* autoClose= */ true);
    secured.setUseClientMode(false);
    SSLParameters parameters = secured.getSSLParameters();
    parameters.setApplicationProtocols(options.applicationProtocols.toArray(String[]::new));
    if (!options.versions.isEmpty()) {
      parameters.setProtocols(options.versions.toArray(String[]::new));
    }
    secured.setSSLParameters(options.tuning.apply(parameters));
    return secured;
  }

  private void serveRequests(OriginConnection connection) throws IOException, InterruptedException {
    while (!connection.isOver()) {
      MessageHead head = connection.reader().readHead();
      if (head == null) {
        return;
      }
      handlers.getOrDefault(head.path(), RecordingOrigin::show).handle(connection, head);
    }
  }

  private static void show(OriginConnection connection, MessageHead head) throws IOException {
    if (head.fields().first("expect").equalsIgnoreCase("100-continue")) {
      connection.send("HTTP/1.1 100 Continue\r\n\r\n");
    }
    RecordedRequest request = connection.receive(head);
    StringBuilder shown = new StringBuilder(256);
    shown.append(head.method()).append(' ').append(head.target()).append('\n');
    head.fields().lines().forEach(field -> shown.append(field).append('\n'));
    shown.append('\n').append(new String(request.body(), StandardCharsets.ISO_8859_1));
    byte[] body = shown.toString().getBytes(StandardCharsets.ISO_8859_1);
    String start = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + body.length;
    boolean headOnly = head.method().equals("HEAD");
    connection.send(start + "\r\n\r\n" + (headOnly ? "" : shown));
  }
}
