package io.reseal.server.verdicts;

import io.reseal.server.kit.Shell;
import io.reseal.testkit.TestPki;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The program {@code openssl s_server}, which prints what it decrypts, and answers it with 200. */
final class OpensslPeer implements Peer {
  private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  private final Process process;
  private final int port;
  private final StringBuilder seen = new StringBuilder();

  private OpensslPeer(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  static OpensslPeer start(Path folder, TestPki.Issued issued, String options) throws IOException {
    Shell.require("openssl");
    Path chain = issued.write(folder, "openssl");
    List<String> command = new ArrayList<>(
        List.of("openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", chain.toString()));
    command.addAll(List.of("-cert_chain", chain.toString()));
    command.addAll(List.of("-key", folder.resolve("openssl.key").toString()));
    command.addAll(List.of(options.split(" ")));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    BufferedReader output = process.inputReader(StandardCharsets.ISO_8859_1);
    StringBuilder start = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      start.append(line).append('\n');
      if (line.startsWith("ACCEPT ")) {
        int port = Integer.parseInt(line.substring(line.lastIndexOf(':') + 1).trim());
        OpensslPeer peer = new OpensslPeer(process, port);
        Thread.ofVirtual().start(() -> peer.serve(output));
        return peer;
      }
    }
    process.destroy();
    throw new IOException("openssl s_server did not start: " + start);
  }

  private void serve(BufferedReader output) {
    try (output) {
      boolean inRequest = false;
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        synchronized (seen) {
          seen.append(line).append('\n');
        }
        inRequest |= line.endsWith(" HTTP/1.1");
        if (inRequest && line.isEmpty()) {
          inRequest = false;
          process.getOutputStream().write(ANSWER.getBytes(StandardCharsets.US_ASCII));
          process.getOutputStream().flush();
        }
      }
    } catch (IOException ended) {
      // The program was ended while it was being read.
    }
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public String http() {
    synchronized (seen) {
      return seen.toString().contains("HTTP/1.1") ? seen.toString() : "";
    }
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
