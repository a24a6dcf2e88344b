package io.reseal.distribution;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A run of the packed program, with the flags that it will have, that serves TLS as it will serve
 * it; at its end the virtual machine writes the cache of classes, linked, with what was learnt about
 * their methods. Upstreams and certificates are those of a demonstration beside it.
 */
final class TrainingRun {
  /** Enough for the compilers to have seen the paths; more makes the cache no better. */
  private static final int ROUNDS = 60;

  private static final int REQUESTS_AT_ONCE = 40;
  private static final int CONNECTIONS = 40;
  private static final int UPLOAD_BYTES = 1 << 20;
  private static final long START_SECONDS = 120;
  private static final long END_SECONDS = 300;

  private final Launch launch;
  private final Path folder;

  TrainingRun(Launch launch, Path folder) {
    this.launch = launch;
    this.folder = folder;
  }

  /** Runs it. The names of the demonstration must resolve to loopback in this process. */
  void makeCache(Path cache) throws IOException, InterruptedException, GeneralSecurityException {
    Process demo = start("demo.log", List.of(), "demo", "--dir", folder.toString());
    try {
      await(demo, () -> Files.readString(folder.resolve("demo.log")).contains("Ctrl-C"));
      int https = freePort();
      int admin = freePort();
      Path config = folder.resolve("training.yaml");
      Files.writeString(config, withPorts(https, freePort(), admin));
      Process trained = start(
          "training.log", List.of("-XX:AOTCacheOutput=" + cache), "run", "-c", config.toString());
      try {
        await(trained, () -> listens(https));
        drive(https, admin);
        trained.destroy();
        if (!trained.waitFor(END_SECONDS, TimeUnit.SECONDS) || !Files.exists(cache)) {
          throw new IOException("no cache was written: " + log("training.log"));
        }
      } finally {
        trained.destroyForcibly();
      }
    } finally {
      demo.destroy();
      demo.waitFor(END_SECONDS, TimeUnit.SECONDS);
      demo.destroyForcibly();
    }
  }

  private Process start(String log, List<String> options, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(launch.command(options));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve(log).toFile())
        .start();
  }

  private String withPorts(int... ports) throws IOException {
    String text = Files.readString(folder.resolve("reseal.yaml"));
    for (int port : ports) {
      text = text.replaceFirst("(address: \"?)127\\.0\\.0\\.1:[0-9]+", "$1localhost:" + port);
    }
    return text.replace("localhost:", "127.0.0.1:");
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return probe.getLocalPort();
    }
  }

  private void drive(int https, int admin)
      throws IOException, InterruptedException, GeneralSecurityException {
    SSLContext trust = trust(folder.resolve("front-ca.pem"));
    String shop = "https://shop.demo.test:" + https;
    try (HttpClient http1 = client(trust, Version.HTTP_1_1);
        HttpClient http2 = client(trust, Version.HTTP_2)) {
      for (int round = 0; round < ROUNDS; round++) {
        together(http1, shop + "/");
        together(http2, shop + "/cart/items?round=" + round);
      }
      http1.send(
          HttpRequest.newBuilder(URI.create(shop + "/upload"))
              .POST(BodyPublishers.ofByteArray(new byte[UPLOAD_BYTES]))
              .build(),
          BodyHandlers.discarding());
      expect(http2, "https://broken.demo.test:" + https + "/", 502);
      expect(http2, "https://legacy.demo.test:" + https + "/", 200);
      expect(http1, "http://127.0.0.1:" + admin + "/metrics", 200);
      expect(http1, "http://127.0.0.1:" + admin + "/diagnostics", 200);
    }
    for (int i = 0; i < CONNECTIONS; i++) {
      try (HttpClient fresh = client(trust, i % 2 == 0 ? Version.HTTP_1_1 : Version.HTTP_2)) {
        expect(fresh, shop + "/", 200);
      }
    }
    try (HttpClient through =
        client(trust(folder.resolve("destination-ca.pem")), Version.HTTP_1_1)) {
      expect(through, "https://pass.demo.test:" + https + "/", 200);
    }
  }

  private static void together(HttpClient client, String uri) throws IOException {
    List<CompletableFuture<HttpResponse<Void>>> sent = new ArrayList<>();
    for (int i = 0; i < REQUESTS_AT_ONCE; i++) {
      HttpRequest request = HttpRequest.newBuilder(URI.create(uri)).build();
      sent.add(client.sendAsync(request, BodyHandlers.discarding()));
    }
    for (CompletableFuture<HttpResponse<Void>> each : sent) {
      requireStatus(uri, each.join().statusCode(), 200);
    }
  }

  private static void expect(HttpClient client, String uri, int status)
      throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(uri)).build();
    requireStatus(uri, client.send(request, BodyHandlers.discarding()).statusCode(), status);
  }

  private static void requireStatus(String uri, int found, int expected) throws IOException {
    if (found != expected) {
      throw new IOException(uri + ": status " + found + " (expected: " + expected + ")");
    }
  }

  private static HttpClient client(SSLContext trust, Version version) {
    return HttpClient.newBuilder().sslContext(trust).version(version).build();
  }

  private static SSLContext trust(Path pem) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    try (InputStream in = Files.newInputStream(pem)) {
      store.setCertificateEntry(
          "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, factory.getTrustManagers(), null);
    return context;
  }

  private static boolean listens(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
      return true;
    } catch (IOException notYet) {
      return false;
    }
  }

  private void await(Process process, Condition condition)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
    while (!condition.holds()) {
      if (process.waitFor(50, TimeUnit.MILLISECONDS) || System.nanoTime() - deadline > 0) {
        throw new IOException(
            "the program did not start: " + log("demo.log") + log("training.log"));
      }
    }
  }

  private String log(String name) throws IOException {
    Path file = folder.resolve(name);
    return Files.exists(file) ? Files.readString(file) : "";
  }

  private interface Condition {
    boolean holds() throws IOException;
  }
}
