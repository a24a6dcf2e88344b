package io.reseal.core.tls;

import io.reseal.testkit.TestPki.Issued;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** The program {@code openssl s_server}, as an independent upstream. */
public final class OpensslServer implements AutoCloseable {
  private final Process process;
  private final int port;

  private OpensslServer(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  public static OpensslServer start(Path directory, Issued issued, String... options)
      throws IOException {
    Path chain = issued.write(directory, "server");
    return start(chain, directory.resolve("server.key"), options);
  }

  public static OpensslServer start(Path chain, Path key, String... options) throws IOException {
    List<String> command = new ArrayList<>(List.of(
        "openssl",
        "s_server",
        "-accept",
        "127.0.0.1:0",
        "-www",
        "-cert",
        chain.toString(),
        "-cert_chain",
        chain.toString(),
        "-key",
        key.toString()));
    command.addAll(List.of(options));
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException absent) {
      Assumptions.abort("needs the program openssl: " + absent.getMessage());
      throw absent;
    }
    BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
    StringBuilder seen = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      seen.append(line).append('\n');
      if (line.startsWith("ACCEPT ")) {
        int port = Integer.parseInt(line.substring(line.lastIndexOf(':') + 1).trim());
        Thread.ofVirtual().start(() -> drain(output));
        return new OpensslServer(process, port);
      }
    }
    process.destroy();
    throw new IOException("openssl s_server did not start: " + seen);
  }

  /** Keeps the program from waiting for a reader, until it is gone. */
  private static void drain(BufferedReader output) {
    try (output) {
      output.transferTo(Writer.nullWriter());
    } catch (IOException closed) {
      // The program was ended while it was being read.
    }
  }

  public int port() {
    return port;
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
