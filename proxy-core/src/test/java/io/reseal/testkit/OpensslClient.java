package io.reseal.testkit;

import io.reseal.testkit.TestPki.Issued;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/** A TLS client that we did not write: {@code openssl s_client}, once per connection. */
public final class OpensslClient {
  private static final Pattern ALERT = Pattern.compile("SSL alert number ([0-9]+)");
  private static final int PATIENCE_SECONDS = 30;

  private final Path directory;
  private final List<String> command = new ArrayList<>();

  private OpensslClient(Path directory, InetSocketAddress address) throws IOException {
    this.directory = directory;
    Path ca = Files.writeString(
        directory.resolve("openssl-ca.crt"), TestPki.pem(Certificates.FRONT.certificate()));
    command.addAll(List.of(
        "openssl",
        "s_client",
        "-connect",
        "127.0.0.1:" + address.getPort(),
        "-CAfile",
        ca.toString(),
        "-ign_eof"));
  }

  /** A client of this address, whose files go to a directory of the test's own. */
  public static OpensslClient of(Path directory, InetSocketAddress address) throws IOException {
    return new OpensslClient(directory, address);
  }

  public OpensslClient with(String... options) {
    command.addAll(List.of(options));
    return this;
  }

  /** The server name to send; empty for none. */
  public OpensslClient serverName(String name) {
    return name.isEmpty() ? with("-noservername") : with("-servername", name);
  }

  /** Shows this certificate and what stands above it. */
  public OpensslClient showing(Issued identity) throws IOException {
    Path chain = identity.write(directory, "openssl-client");
    with(
        "-cert",
        chain.toString(),
        "-key",
        directory.resolve("openssl-client.key").toString());
    int size = identity.chain().size();
    if (size > 1) {
      Object[] above = identity.chain().subList(1, size).toArray();
      Path issuers =
          Files.writeString(directory.resolve("openssl-issuers.crt"), TestPki.pem(above));
      with("-cert_chain", issuers.toString());
    }
    return this;
  }

  /** Connects, sends the text, and reads until the other side ends. */
  public Result send(String text) throws IOException, InterruptedException {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException absent) {
      Assumptions.abort("needs the program openssl: " + absent.getMessage());
      throw absent;
    }
    try (OutputStream in = process.getOutputStream()) {
      in.write(text.getBytes(StandardCharsets.ISO_8859_1));
    } catch (IOException refused) {
      // The handshake has failed before the program read this; its output tells.
    }
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException("openssl s_client does not end: " + output);
    }
    return new Result(output);
  }

  /**
   * What the program printed.
   *
   * @param output everything, the server's response among it
   */
  public record Result(String output) {
    /** The alert that the server sent, -1 for none. */
    public int alert() {
      Matcher alert = ALERT.matcher(output);
      return alert.find() ? Integer.parseInt(alert.group(1)) : -1;
    }

    /** Whether a session was resumed. */
    public boolean resumed() {
      return output.contains("Reused, TLS");
    }
  }
}
