package io.reseal.server.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** Debian's nginx as an ordinary user runs it, with one {@code default.conf}. */
public final class Nginx implements AutoCloseable {
  private final Process process;
  private final int port;

  private Nginx(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts it in a folder.
   *
   * @param defaultConf server blocks; {@code PORT} in them stands for the port, {@code DIR} for the
   *     folder
   */
  public static Nginx start(Path folder, String defaultConf) throws IOException {
    int port = freePort();
    Nginx nginx = new Nginx(run(folder, defaultConf, port, List.of()), port);
    nginx.awaitPort(folder);
    return nginx;
  }

  /** Starts it in the network namespace of a program, where this port is free. */
  public static Nginx startBeside(Program program, int port, Path folder, String defaultConf)
      throws IOException {
    List<String> enter = List.of("nsenter", "-t", Long.toString(program.pid()), "-n");
    Nginx nginx = new Nginx(run(folder, defaultConf, port, enter), port);
    // Written once it listens; its port cannot be reached from here.
    Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> {
      nginx.requireAlive(folder);
      return Files.exists(folder.resolve("nginx.pid"));
    });
    return nginx;
  }

  private static Process run(Path folder, String defaultConf, int port, List<String> wrapping)
      throws IOException {
    for (String name : new String[] {"body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
      Files.createDirectories(folder.resolve("tmp").resolve(name));
    }
    Files.writeString(
        folder.resolve("default.conf"),
        defaultConf.replace("PORT", Integer.toString(port)).replace("DIR", folder.toString()));
    Files.writeString(folder.resolve("nginx.conf"), """
        daemon off;
        worker_processes 1;
        pid DIR/nginx.pid;
        error_log DIR/error.log;
        events { worker_connections 256; }
        http {
          access_log off;
          client_body_temp_path DIR/tmp/body;
          proxy_temp_path DIR/tmp/proxy;
          fastcgi_temp_path DIR/tmp/fastcgi;
          uwsgi_temp_path DIR/tmp/uwsgi;
          scgi_temp_path DIR/tmp/scgi;
          include DIR/default.conf;
        }
        """.replace("DIR", folder.toString()));
    List<String> command = new ArrayList<>(wrapping);
    command.addAll(List.of(
        "/usr/sbin/nginx", "-c", folder.resolve("nginx.conf").toString(), "-p", folder.toString()));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("output").toFile())
        .start();
  }

  private void requireAlive(Path folder) throws IOException {
    assertThat(process.isAlive())
        .as("nginx: " + Files.readString(folder.resolve("output")))
        .isTrue();
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return probe.getLocalPort();
    }
  }

  private void awaitPort(Path folder) {
    Awaitility.await()
        .pollDelay(0, TimeUnit.MILLISECONDS)
        .pollInterval(10, TimeUnit.MILLISECONDS)
        .atMost(20, TimeUnit.SECONDS)
        .until(() -> {
          requireAlive(folder);
          try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
            return socket.isConnected();
          } catch (IOException notYet) {
            return false;
          }
        });
  }

  public int port() {
    return port;
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    try {
      process.waitFor(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
  }
}
