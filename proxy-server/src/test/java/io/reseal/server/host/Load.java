package io.reseal.server.host;

import io.reseal.testkit.RawClient;
import io.reseal.testkit.Reply;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A few clients that ask again and again over their connections, until they are told to stop. */
final class Load implements AutoCloseable {
  private static final int CLIENTS = 4;

  private final AtomicInteger served = new AtomicInteger();
  private final List<String> failures = new CopyOnWriteArrayList<>();
  private final List<Thread> clients = new ArrayList<>();
  private volatile boolean stopped;

  private Load() {}

  /** Begins to ask; a client that gets no 200 notes why and ends. */
  static Load on(InetSocketAddress web) {
    Load load = new Load();
    for (int i = 0; i < CLIENTS; i++) {
      load.clients.add(Thread.ofVirtual().start(() -> load.ask(web)));
    }
    return load;
  }

  private void ask(InetSocketAddress web) {
    try (RawClient client = Scene.client(web)) {
      while (!stopped) {
        Reply reply = client.exchange(Scene.GET);
        if (reply.status() != 200) {
          failures.add(reply.toString());
          return;
        }
        served.incrementAndGet();
      }
    } catch (IOException failed) {
      failures.add(failed.toString());
    }
  }

  int served() {
    return served.get();
  }

  /** Why clients ended before they were told to. */
  List<String> failures() {
    return List.copyOf(failures);
  }

  /** Lets the clients end what they began, and waits for it. */
  @Override
  public void close() {
    stopped = true;
    for (Thread client : clients) {
      try {
        client.join();
      } catch (InterruptedException asked) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
