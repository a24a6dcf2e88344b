package io.reseal.server.run;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A load balancer of TCP connections: each goes to the next replica that says that it is ready, byte
 * for byte and end for end. It never tries a second time, so that nothing is hidden.
 */
final class TcpSplitter implements AutoCloseable {
  private final ServerSocket listening;
  private final List<Replica> replicas = new CopyOnWriteArrayList<>();
  private final AtomicInteger turn = new AtomicInteger();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  private TcpSplitter(ServerSocket listening) {
    this.listening = listening;
  }

  static TcpSplitter start() throws IOException {
    TcpSplitter splitter =
        new TcpSplitter(new ServerSocket(0, 256, InetAddress.ofLiteral("127.0.0.1")));
    splitter.threads.submit(splitter::accept);
    return splitter;
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listening.getLocalSocketAddress();
  }

  void add(InetSocketAddress address, BooleanSupplier isReady) {
    replicas.add(new Replica(address, isReady));
  }

  void remove(InetSocketAddress address) {
    replicas.removeIf(each -> each.address.equals(address));
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listening.accept();
        threads.submit(() -> join(client));
      }
    } catch (IOException closed) {
      // The end.
    }
  }

  private void join(Socket client) {
    Replica replica = next();
    try (client;
        Socket server = new Socket()) {
      if (replica == null) {
        return;
      }
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      server.connect(replica.address);
      Future<?> up = threads.submit(() -> copy(client, server));
      copy(server, client);
      up.get();
    } catch (Exception broken) {
      // Whoever is at the other end sees it.
    }
  }

  private @Nullable Replica next() {
    for (int i = 0; i < 2 * replicas.size(); i++) {
      Replica replica = replicas.get(Math.floorMod(turn.getAndIncrement(), replicas.size()));
      if (replica.isReady.getAsBoolean()) {
        return replica;
      }
    }
    return null;
  }

  private static @Nullable Void copy(Socket from, Socket to) throws IOException {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException broken) {
      to.close();
      from.close();
    }
    return null;
  }

  @Override
  public void close() throws IOException {
    listening.close();
    threads.shutdownNow();
  }

  /** One of those behind it. */
  private record Replica(InetSocketAddress address, BooleanSupplier isReady) {}
}
