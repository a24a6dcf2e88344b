package io.reseal.server.demo;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A small upstream on loopback that answers every request with what it received. */
final class DemoUpstream implements AutoCloseable {
  private static final int BACKLOG = 16;
  private static final char[] NO_PASSWORD = new char[0];

  private final String name;
  private final boolean encrypted;
  private final HttpServer server;
  private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();

  private DemoUpstream(String name, boolean encrypted, HttpServer server) {
    this.name = name;
    this.encrypted = encrypted;
    this.server = server;
    server.createContext("/", this::answer);
    server.setExecutor(workers);
    server.start();
  }

  /** Starts an upstream that speaks TLS with this certificate. */
  static DemoUpstream encrypted(String name, DemoPki.Issued identity)
      throws IOException, GeneralSecurityException {
    HttpsServer server = HttpsServer.create(anyPort(), BACKLOG);
    server.setHttpsConfigurator(new HttpsConfigurator(context(identity)));
    return new DemoUpstream(name, /* encrypted= */ true, server);
  }

  /** Starts an upstream that speaks cleartext. */
  static DemoUpstream cleartext(String name) throws IOException {
    return new DemoUpstream(name, /* encrypted= */ false, HttpServer.create(anyPort(), BACKLOG));
  }

  private static InetSocketAddress anyPort() {
    return new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
  }

  private static SSLContext context(DemoPki.Issued identity)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "upstream",
        identity.keys().getPrivate(),
        NO_PASSWORD,
        identity.chain().toArray(X509Certificate[]::new));
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, NO_PASSWORD);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  /** Answers on a path with a text. */
  void handOut(String path, String text) {
    server.createContext(path, exchange -> {
      byte[] body = text.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/x-pem-file");
      exchange.sendResponseHeaders(200, body.length);
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(body);
      }
    });
  }

  private void answer(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
    byte[] body = describe(exchange).getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
    boolean bodiless = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(200, bodiless ? -1 : body.length);
    // The end of the body ends the exchange; closing the exchange would close the connection too.
    try (OutputStream out = exchange.getResponseBody()) {
      if (!bodiless) {
        out.write(body);
      }
    }
  }

  private String describe(HttpExchange exchange) {
    StringBuilder text = new StringBuilder(256)
        .append("upstream \"")
        .append(name)
        .append("\", reached over ")
        .append(encrypted ? "TLS" : "cleartext")
        .append('\n')
        .append(exchange.getRequestMethod())
        .append(' ')
        .append(exchange.getRequestURI())
        .append('\n');
    exchange
        .getRequestHeaders()
        .forEach((field, values) -> values.forEach(
            value -> text.append(field).append(": ").append(value).append('\n')));
    return text.toString();
  }

  int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    workers.shutdownNow();
  }
}
