package io.reseal.server.verdicts;

import io.reseal.testkit.OriginConnection;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.TestPki;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** An upstream that was not written by us, and what it saw. */
interface Peer extends AutoCloseable {
  int port();

  /** What it saw of HTTP, decrypted, after its connections have ended; empty is what is wanted. */
  String http() throws Exception;

  @Override
  void close();

  /** The one who starts an upstream. */
  @FunctionalInterface
  interface Maker {
    /**
     * Starts it.
     *
     * @param folder of its own
     * @param version as in {@code TLSv1.3}; what the proxy will offer
     */
    Peer start(Path folder, String version) throws IOException;
  }

  /** The JDK's TLS with this certificate. */
  static Maker showing(TestPki.Issued issued) {
    return of(RecordingOrigin.tls(issued.material()));
  }

  static Maker showing(TestPki.Request request) {
    return showing(request.issue());
  }

  static Maker of(RecordingOrigin.Options options) {
    return (folder, version) -> new Recording(options.start());
  }

  /** OpenSSL with this certificate; {@code VERSION} in the options stands for its option. */
  static Maker openssl(TestPki.Issued issued, String... options) {
    return (folder, version) -> OpensslPeer.start(
        folder,
        issued,
        String.join(" ", options)
            .replace("VERSION", version.equals("TLSv1.3") ? "-tls1_3" : "-tls1_2"));
  }

  /** Plain sockets that read the ClientHello and do this. */
  static Maker plain(AfterHello script) {
    return (folder, version) -> new Recording(RecordingOrigin.cleartext()
        .withScript(connection -> {
          InputStream in = connection.reader().rest();
          if (in.read(new byte[16_384]) > 0) {
            script.run(connection);
          }
        })
        .start());
  }

  /** What a server of plain sockets does once a ClientHello, or the first part of it, is there. */
  @FunctionalInterface
  interface AfterHello {
    void run(OriginConnection connection) throws IOException, InterruptedException;
  }

  /** A server that records what it gets. */
  record Recording(RecordingOrigin origin) implements Peer {
    @Override
    public int port() {
      return origin.port();
    }

    @Override
    public String http() throws Exception {
      StringBuilder seen = new StringBuilder();
      for (OriginConnection connection : origin.connections()) {
        connection.end();
        seen.append(withoutHandshake(connection.received()));
      }
      return seen.toString();
    }

    /** What is left after the records of a handshake that never gets to its keys. */
    private static String withoutHandshake(byte[] bytes) {
      int at = 0;
      while (at + 5 <= bytes.length && bytes[at] >= 20 && bytes[at] <= 22 && bytes[at + 1] == 3) {
        at += 5 + ((bytes[at + 3] & 0xFF) << 8 | bytes[at + 4] & 0xFF);
      }
      int from = Math.min(at, bytes.length);
      return new String(bytes, from, bytes.length - from, StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
      origin.close();
    }
  }
}
