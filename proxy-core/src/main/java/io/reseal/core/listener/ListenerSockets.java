package io.reseal.core.listener;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.MaxMessagesRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.util.concurrent.Future;
import io.reseal.config.HostPort;
import io.reseal.config.Location;
import io.reseal.config.Problem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The listening sockets of a data plane. With epoll and io_uring each loop gets a listening socket of
 * its own per address (SO_REUSEPORT) and keeps what it accepts; with NIO the first loop accepts for
 * all. A change binds what is new, all or nothing, and leaves the sockets of addresses that stay. Sockets of a predecessor
 * are used as they are.
 *
 * <p>SO_REUSEPORT would let a second process of the same user join silently, so each address is
 * first bound without it: that fails if anybody else listens there. Between that and the real bind
 * lies a moment in which two processes started at once can both pass.
 *
 * <p>Thread-safe; never called by an event loop.
 */
public final class ListenerSockets implements AutoCloseable {
  private static final int BACKLOG = 4096;
  private static final long ACCEPT_MILLIS = 2;
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(64 << 10, 128 << 10);

  private final Transport transport;
  private final List<EventLoop> loops;
  private Map<Key, Bound> bound = new LinkedHashMap<>();

  public ListenerSockets(Transport transport) {
    this.transport = transport;
    this.loops = transport.loops();
  }

  /**
   * Binds what these listeners need and is not bound yet; nothing is accepted there before {@link
   * Change#open}.
   *
   * @param inherited taken where they fit
   * @param problems gets what went wrong; then nothing has changed and nothing is to be done
   */
  public synchronized Change prepare(
      List<ListenerPlan> plans, InheritedSockets inherited, List<Problem> problems) {
    Change change = new Change();
    for (ListenerPlan plan : plans) {
      for (HostPort address : plan.config().addresses()) {
        Key key = Key.of(plan.config().name(), address, change.next.keySet());
        Bound kept = bound.get(key);
        if (kept != null) {
          change.next.put(key, kept);
          change.plans.put(kept, plan);
        } else {
          bind(plan, key, inherited, problems).ifPresent(made -> {
            change.next.put(key, made);
            change.added.add(made);
          });
        }
      }
    }
    if (problems.isEmpty()) {
      change.added.forEach(made -> bindForMoreLoops(made, problems));
    }
    if (!problems.isEmpty()) {
      change.abort();
    }
    return change;
  }

  /** The addresses bound, by listener name, a port of 0 replaced by the real one. */
  public synchronized Map<String, List<InetSocketAddress>> addresses() {
    Map<String, List<InetSocketAddress>> addresses = new LinkedHashMap<>();
    for (Bound each : bound.values()) {
      addresses
          .computeIfAbsent(each.plan.config().name(), ignored -> new ArrayList<>())
          .add(each.address);
    }
    return addresses;
  }

  /**
   * Every socket, for a successor.
   *
   * @throws UnsupportedOperationException if the transport's sockets are not plain descriptors
   */
  public synchronized List<ListeningSocket> sockets() {
    List<ListeningSocket> sockets = new ArrayList<>();
    bound.forEach((key, each) -> {
      for (Channel channel : each.channels) {
        sockets.add(new ListeningSocket(
            owner(each.plan),
            key.address(),
            key.number(),
            each.address,
            Transport.descriptor(channel)));
      }
    });
    return sockets;
  }

  /** Stops accepting everywhere. */
  @Override
  public synchronized void close() {
    bound.values().forEach(Bound::acceptAndClose);
    bound = new LinkedHashMap<>();
  }

  private Optional<Bound> bind(
      ListenerPlan plan, Key key, InheritedSockets inherited, List<Problem> problems) {
    HostPort wanted = key.address();
    InetAddress host;
    try {
      host = InetAddress.ofLiteral(wanted.host());
    } catch (IllegalArgumentException notAnAddress) {
      problems.add(
          problem(plan, wanted, "not an IP address", "Write the address to listen on, as 0.0.0.0"));
      return Optional.empty();
    }
    Bound made = new Bound(plan, wanted, new InetSocketAddress(host, wanted.port()));
    try {
      adopt(made, inherited.take(owner(plan), wanted, key.number(), made.address));
      if (made.channels.isEmpty()) {
        if (wanted.port() != 0 && !ownPort(wanted.port()) && !inherited.hasPort(wanted.port())) {
          requireFree(made.address);
        }
        bindFrom(made, /* firstLoop= */ 0);
      }
      return Optional.of(made);
    } catch (IOException failed) {
      made.close();
      problems.add(explain(plan, wanted, failed));
      return Optional.empty();
    }
  }

  private static String owner(ListenerPlan plan) {
    return "listener \"" + plan.config().name() + "\"";
  }

  /** Each socket is accepted from by one loop; where there are more than loops, one has several. */
  private void adopt(Bound made, List<Integer> descriptors) throws IOException {
    int used = 0;
    try {
      for (int descriptor : descriptors) {
        EventLoop loop = loops.get(used % loops.size());
        add(
            made,
            bootstrap(made, loop)
                .channelFactory(() -> transport.adopt(descriptor))
                .register());
        used++;
      }
    } finally {
      // The one that failed belongs to its channel.
      for (int left = used + 1; left < descriptors.size(); left++) {
        InheritedSockets.closeDescriptor(descriptors.get(left));
      }
    }
  }

  /**
   * Gives the loops that a predecessor did not have their sockets. Comes when all else is done: what
   * the kernel puts into their queues would be lost if the start failed.
   */
  private void bindForMoreLoops(Bound made, List<Problem> problems) {
    try {
      bindFrom(made, made.channels.size());
    } catch (IOException failed) {
      problems.add(explain(
          made.plan,
          new HostPort(made.address.getAddress().getHostAddress(), made.address.getPort()),
          failed));
    }
  }

  private void bindFrom(Bound made, int firstLoop) throws IOException {
    int sockets = transport.sharesPorts() ? loops.size() : 1;
    for (int i = firstLoop; i < sockets; i++) {
      add(
          made,
          bootstrap(made, loops.get(i)).channel(transport.serverChannel()).bind(made.address));
    }
  }

  /** A wildcard and an address of the same port may replace each other. */
  private boolean ownPort(int port) {
    return transport.sharesPorts()
        && bound.values().stream().anyMatch(each -> each.address.getPort() == port);
  }

  /**
   * Binds an address without SO_REUSEPORT and gives it back.
   *
   * @throws IOException if anybody listens there, or it cannot be bound
   */
  public static void requireFree(InetSocketAddress address) throws IOException {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(address, 1);
    }
  }

  private ServerBootstrap bootstrap(Bound of, EventLoop loop) {
    ServerBootstrap bootstrap = new ServerBootstrap()
        .group(loop, transport.sharesPorts() ? loop : transport.turns())
        .option(ChannelOption.SO_BACKLOG, BACKLOG)
        .option(ChannelOption.SO_REUSEADDR, true)
        // Until the loops know of it.
        .option(ChannelOption.AUTO_READ, false)
        .childOption(ChannelOption.TCP_NODELAY, true)
        // A client may end its direction and still wait for the answer.
        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
        .childHandler(new Acceptor(of, loops));
    if (transport.sharesPorts()) {
      bootstrap.option(UnixChannelOption.SO_REUSEPORT, true);
    }
    return bootstrap;
  }

  private static void add(Bound made, ChannelFuture opening) throws IOException {
    opening.awaitUninterruptibly();
    if (!opening.isSuccess()) {
      Throwable cause = opening.cause();
      throw cause instanceof IOException io ? io : new IOException(cause);
    }
    Channel channel = opening.channel();
    made.channels.add(channel);
    made.address = (InetSocketAddress) channel.localAddress();
    // After Netty's acceptor, which pauses accepting for a second when it fails: what comes through
    // has been dealt with and is only told.
    channel.pipeline().addLast(new AcceptFailureHandler(made));
  }

  private static Problem explain(ListenerPlan plan, HostPort wanted, IOException failed) {
    String reason = String.valueOf(failed.getMessage());
    if (reason.contains("in use")) {
      return problem(
          plan,
          wanted,
          "address already in use",
          "Another process, or another listener, listens there: stop it or change the port");
    }
    if (reason.contains("ermission denied")) {
      return problem(
          plan,
          wanted,
          "permission denied",
          "Ports below 1024 need the capability CAP_NET_BIND_SERVICE: use a higher port or grant it");
    }
    if (reason.contains("assign requested address")) {
      return problem(plan, wanted, "no such address on this machine", "Use an address that it has");
    }
    if (reason.contains("not supported by protocol")) {
      // What the kernel calls the family is not said there; addresses are literals of one of two.
      return problem(
          plan,
          wanted,
          "this machine has no IPv6 (%s)".formatted(reason),
          "Listen on an IPv4 address, 0.0.0.0 for all, or switch IPv6 on:"
              + " sysctl net.ipv6.conf.all.disable_ipv6");
    }
    return problem(plan, wanted, reason, "");
  }

  private static Problem problem(ListenerPlan plan, HostPort wanted, String reason, String hint) {
    String what =
        "listener \"%s\": cannot listen on %s: %s".formatted(plan.config().name(), wanted, reason);
    return new Problem(new Location("start", 0, 0, ""), what, "", "", hint);
  }

  /** A step from the sockets of one configuration to those of another. */
  public final class Change {
    private final Map<Key, Bound> next = new LinkedHashMap<>();
    private final List<Bound> added = new ArrayList<>();
    private final Map<Bound, ListenerPlan> plans = new HashMap<>();

    private Change() {}

    /** Gives the new sockets back; everything stays as it was. */
    public void abort() {
      added.forEach(Bound::close);
    }

    /** Stops accepting where no listener is any more, and lets the others serve their new plan. */
    public void commit() {
      synchronized (ListenerSockets.this) {
        for (Bound each : bound.values()) {
          if (!next.containsValue(each)) {
            each.acceptAndClose();
          }
        }
        plans.forEach((each, plan) -> each.plan = plan);
        bound = next;
      }
    }

    /** Begins to accept on the new sockets. */
    public void open() {
      for (Bound each : added) {
        each.channels.forEach(channel -> channel.config().setAutoRead(true));
      }
    }
  }

  /** What makes a socket the same one over changes: its address, for port 0 its listener too. */
  private record Key(String listener, HostPort address, int number) {
    static Key of(String listener, HostPort address, Set<Key> taken) {
      if (address.port() != 0) {
        return new Key("", address, 0);
      }
      int number = 0;
      while (taken.contains(new Key(listener, address, number))) {
        number++;
      }
      return new Key(listener, address, number);
    }
  }

  /** The sockets of one address, and the listener that they serve. */
  static final class Bound {
    private final List<Channel> channels = new ArrayList<>();
    private final HostPort configured;
    private volatile InetSocketAddress address;
    private volatile ListenerPlan plan;

    private Bound(ListenerPlan plan, HostPort configured, InetSocketAddress address) {
      this.plan = plan;
      this.configured = configured;
      this.address = address;
    }

    ListenerPlan plan() {
      return plan;
    }

    private void close() {
      for (Channel channel : channels) {
        channel.close().awaitUninterruptibly();
      }
    }

    /**
     * Takes in what waits in the accept queues, and closes: the kernel resets what is left there.
     * What comes between the two is lost; a handover has no such moment.
     */
    private void acceptAndClose() {
      List<Future<?>> closing = new ArrayList<>();
      for (Channel channel : channels) {
        if (channel.config().getRecvByteBufAllocator()
            instanceof MaxMessagesRecvByteBufAllocator reading) {
          reading.maxMessagesPerRead(BACKLOG);
        }
        // A turn of the loop accepts first and runs what is scheduled then.
        closing.add(channel
            .eventLoop()
            .schedule(() -> channel.close(), ACCEPT_MILLIS, TimeUnit.MILLISECONDS));
      }
      closing.forEach(Future::awaitUninterruptibly);
      channels.forEach(channel -> channel.closeFuture().awaitUninterruptibly());
    }
  }

  /** Admits new connections and hands them to their loop's acceptor. */
  private static final class Acceptor extends ChannelInitializer<Channel> {
    private final Bound bound;
    private final List<EventLoop> loops;

    Acceptor(Bound bound, List<EventLoop> loops) {
      this.bound = bound;
      this.loops = loops;
    }

    @Override
    public boolean isSharable() {
      return true;
    }

    @Override
    protected void initChannel(Channel channel) {
      if (!(channel.remoteAddress() instanceof InetSocketAddress peer)) {
        // Gone before it was accepted.
        channel.unsafe().close(channel.voidPromise());
        return;
      }
      ListenerPlan plan = bound.plan();
      InetAddress source = peer.getAddress();
      Admission.Verdict verdict = plan.admission().admit(source);
      if (verdict != Admission.Verdict.ADMITTED) {
        plan.refused().refused(peer.toString(), verdict);
        channel.unsafe().close(channel.voidPromise());
        return;
      }
      channel.closeFuture().addListener(ignored -> plan.admission().release(source));
      Objects.requireNonNull(plan.acceptors().get(bound.configured))
          .get(loops.indexOf(channel.eventLoop()))
          .accept(channel);
    }
  }
}
