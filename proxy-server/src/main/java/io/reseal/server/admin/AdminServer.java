package io.reseal.server.admin;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.reseal.config.AdminSettings;
import io.reseal.config.AdminSettings.Port;
import io.reseal.config.HostPort;
import io.reseal.config.Location;
import io.reseal.config.Problem;
import io.reseal.core.StartException;
import io.reseal.core.listener.InheritedSockets;
import io.reseal.core.listener.ListenerSockets;
import io.reseal.core.listener.ListeningSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The admin port and the status port, on an event loop of their own, so that they answer however
 * busy the others are. Their addresses change while they serve: what is new is bound first, all or
 * nothing, and what stays is left as it is. Closed once; thread-safe.
 */
public final class AdminServer implements AutoCloseable {
  private static final String ADMIN = "admin.address";
  private static final String STATUS = "admin.statusAddress";
  private static final long STOP_MILLIS = 1_000;

  /** With epoll a socket can be handed over; NIO hides its descriptor. */
  private final boolean epoll = Epoll.isAvailable();

  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
      1,
      new DefaultThreadFactory("reseal-admin", /* daemon= */ true),
      epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  private final AnswerThreads threads = new AnswerThreads();
  private Map<AdminPort.Key, AdminPort> ports = new LinkedHashMap<>();
  private boolean left;

  /** No port yet. */
  public AdminServer() {}

  /**
   * Binds what these settings ask for and is not bound yet. Nothing is answered there before {@link
   * Change#take}.
   *
   * @param pages what the admin port is to serve
   * @param health what the status port is to serve
   * @param inherited sockets of a predecessor, taken where they fit: it answers there until {@link
   *     #open}
   * @throws StartException with every reason; then nothing has changed
   */
  public synchronized Change prepare(
      AdminSettings settings, AdminPages pages, AdminPages health, InheritedSockets inherited)
      throws StartException {
    if (left) {
      // A successor has the ports, whatever their settings say now.
      return new Change(ports);
    }
    Map<AdminPort.Key, AdminPort.Service> wanted = new LinkedHashMap<>();
    if (settings.address() instanceof Port.At(HostPort at)) {
      RequestGuard guard = new RequestGuard(settings.hosts());
      wanted.put(new AdminPort.Key(ADMIN, at), new AdminPort.Service(guard::refusal, pages));
    }
    if (settings.statusAddress() instanceof Port.At(HostPort at)) {
      wanted.put(
          new AdminPort.Key(STATUS, at), new AdminPort.Service(any -> Optional.empty(), health));
    }
    Change change = new Change(wanted, inherited);
    if (!change.problems.isEmpty()) {
      change.discard();
      throw new StartException(change.problems);
    }
    return change;
  }

  /** A step from the ports of one configuration to those of another. One of its methods is called, once. */
  public final class Change {
    private final Map<AdminPort.Key, AdminPort> next = new LinkedHashMap<>();
    private final Map<AdminPort.Key, AdminPort.Service> services;
    private final List<AdminPort> added = new ArrayList<>();
    private final List<AdminPort> opened = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();

    /** Nothing changes. */
    private Change(Map<AdminPort.Key, AdminPort> ports) {
      next.putAll(ports);
      services = Map.of();
    }

    private Change(Map<AdminPort.Key, AdminPort.Service> wanted, InheritedSockets inherited) {
      services = wanted;
      for (AdminPort.Key key : wanted.keySet()) {
        AdminPort kept = ports.get(key);
        if (kept != null) {
          next.put(key, kept);
        }
      }
      wanted.forEach((key, service) -> {
        if (!next.containsKey(key)) {
          add(new AdminPort(key, loop.next(), threads, service), inherited);
        }
      });
    }

    private void add(AdminPort port, InheritedSockets inherited) {
      HostPort at = port.key().at();
      InetSocketAddress address =
          new InetSocketAddress(InetAddress.ofLiteral(at.host()), at.port());
      added.add(port);
      try {
        List<Integer> descriptors =
            epoll ? inherited.take(port.key().setting(), at, /* number= */ 0, address) : List.of();
        boolean inherits = !descriptors.isEmpty() || inherited.hasPort(at.port());
        port.adopt(descriptors);
        if (descriptors.isEmpty()) {
          if (at.port() != 0 && !inherits && !onlyOursIsInTheWay(address)) {
            ListenerSockets.requireFree(address);
          }
          port.bind(address, epoll);
        }
        if (!inherits) {
          // Else the predecessor is ready, and this process is not yet.
          opened.add(port);
        }
        next.put(port.key(), port);
      } catch (IOException failed) {
        String setting = port.key().setting();
        problems.add(new Problem(
            new Location("start", 0, 0, ""),
            "%s: cannot listen on %s: %s".formatted(setting, at, failed.getMessage()),
            "",
            "",
            "Stop whoever listens there, or set " + setting + " to another port or to off"));
      }
    }

    /**
     * Whether a port of ours that is given up is all that could be in the way, so that the address
     * cannot be probed: then it is only bound, beside ours.
     */
    private boolean onlyOursIsInTheWay(InetSocketAddress wanted) {
      return epoll
          && ports.values().stream().anyMatch(each -> overlap(each.address(), wanted))
          && next.values().stream().noneMatch(each -> overlap(each.address(), wanted));
    }

    /** Goes on with these. What was asked before is still answered where it was asked. */
    public void take() {
      synchronized (AdminServer.this) {
        ports.forEach((key, port) -> {
          if (!next.containsKey(key)) {
            port.close();
          }
        });
        services.forEach((key, service) -> {
          AdminPort port = next.get(key);
          if (port != null) {
            port.serve(service);
          }
        });
        ports = next;
        opened.forEach(AdminPort::open);
      }
    }

    /** Stays with what there is. */
    public void discard() {
      added.forEach(AdminPort::close);
    }
  }

  /** Whether both cannot be bound by programs that know nothing of each other. */
  private static boolean overlap(InetSocketAddress one, InetSocketAddress other) {
    return one.getPort() == other.getPort()
        && (one.getAddress().equals(other.getAddress())
            || one.getAddress().isAnyLocalAddress()
            || other.getAddress().isAnyLocalAddress());
  }

  /** Begins to answer on the ports that a predecessor had. */
  public synchronized void open() {
    ports.values().forEach(AdminPort::open);
  }

  /** The listening sockets, for a successor; none where they are not plain descriptors. */
  public synchronized List<ListeningSocket> sockets() {
    return ports.values().stream().flatMap(AdminPort::sockets).toList();
  }

  /** Takes no new connection, because a successor does; those that are open are still answered. */
  public synchronized void stopAccepting() {
    left = true;
    ports.values().forEach(AdminPort::stopAccepting);
  }

  /** Where the admin port listens; empty where it is off. */
  public Optional<InetSocketAddress> admin() {
    return address(ADMIN);
  }

  /** Where the status port listens; empty where it is off. */
  public Optional<InetSocketAddress> status() {
    return address(STATUS);
  }

  private synchronized Optional<InetSocketAddress> address(String setting) {
    return ports.values().stream()
        .filter(port -> port.key().setting().equals(setting))
        .map(AdminPort::address)
        .findFirst();
  }

  private synchronized void cutAll() {
    ports.values().forEach(AdminPort::cut);
  }

  @Override
  public void close() {
    // An answer under way still needs the loop.
    threads.close();
    cutAll();
    loop.shutdownGracefully(0, STOP_MILLIS, TimeUnit.MILLISECONDS).awaitUninterruptibly();
  }
}
