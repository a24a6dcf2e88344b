package io.reseal.core.listener;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.unix.UnixChannelOption;
import io.reseal.config.HostPort;
import io.reseal.config.Location;
import io.reseal.config.Problem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/**
 * The binding of listeners, all or nothing. With epoll and io_uring each loop gets a listening
 * socket of its own per address (SO_REUSEPORT) and keeps what it accepts; with NIO the first loop
 * accepts for all.
 *
 * <p>SO_REUSEPORT would let a second process of the same user join silently, so each address is
 * first bound without it: that fails if anybody else listens there. Between that and the real bind
 * lies a moment in which two processes started at once can both pass.
 */
public final class ListenerBinder {
  private static final int BACKLOG = 4096;
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(64 << 10, 128 << 10);

  private final Transport transport;
  private final List<EventLoop> loops;
  private final List<Problem> problems = new ArrayList<>();
  private final BoundListeners bound = new BoundListeners();

  private ListenerBinder(Transport transport) {
    this.transport = transport;
    this.loops = transport.loops();
  }

  /**
   * Binds every address of every listener.
   *
   * @param problems gets what went wrong; then nothing stays bound
   */
  public static BoundListeners bind(
      Transport transport, List<ListenerPlan> plans, List<Problem> problems) {
    ListenerBinder binder = new ListenerBinder(transport);
    for (ListenerPlan plan : plans) {
      for (HostPort address : plan.config().addresses()) {
        binder.bind(plan, address);
      }
    }
    if (!binder.problems.isEmpty()) {
      binder.bound.close();
      problems.addAll(binder.problems);
    }
    return binder.bound;
  }

  private void bind(ListenerPlan plan, HostPort wanted) {
    InetAddress host;
    try {
      host = InetAddress.ofLiteral(wanted.host());
    } catch (IllegalArgumentException notAnAddress) {
      report(plan, wanted, "not an IP address", "Write the address to listen on, as 0.0.0.0");
      return;
    }
    InetSocketAddress address = new InetSocketAddress(host, wanted.port());
    try {
      if (wanted.port() != 0) {
        requireFree(address);
      }
      InetSocketAddress real = address;
      int sockets = transport.sharesPorts() ? loops.size() : 1;
      for (int i = 0; i < sockets; i++) {
        real = (InetSocketAddress) bindOne(plan, real, i).localAddress();
      }
      bound.add(plan.config().name(), real);
    } catch (IOException failed) {
      explain(plan, wanted, failed);
    }
  }

  private static void requireFree(InetSocketAddress address) throws IOException {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(address, 1);
    }
  }

  private Channel bindOne(ListenerPlan plan, InetSocketAddress address, int loopIndex)
      throws IOException {
    EventLoop loop = loops.get(loopIndex);
    ServerBootstrap bootstrap = new ServerBootstrap()
        .group(loop, transport.sharesPorts() ? loop : transport.turns())
        .channel(transport.serverChannel())
        .option(ChannelOption.SO_BACKLOG, BACKLOG)
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.TCP_NODELAY, true)
        // A client may end its direction and still wait for the answer.
        .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER_MARK)
        .childHandler(new Acceptor(plan, loops));
    if (transport.sharesPorts()) {
      bootstrap.option(UnixChannelOption.SO_REUSEPORT, true);
    }
    ChannelFuture binding = bootstrap.bind(address).awaitUninterruptibly();
    if (!binding.isSuccess()) {
      Throwable cause = binding.cause();
      throw cause instanceof IOException io ? io : new IOException(cause);
    }
    Channel channel = binding.channel();
    // After Netty's acceptor, which pauses accepting for a second when it fails: what comes through
    // has been dealt with and is only told.
    channel.pipeline().addLast(new AcceptFailureHandler(plan.config().name()));
    bound.add(channel);
    return channel;
  }

  private void explain(ListenerPlan plan, HostPort wanted, IOException failed) {
    String reason = String.valueOf(failed.getMessage());
    if (reason.contains("in use")) {
      report(
          plan,
          wanted,
          "address already in use",
          "Another process, or another listener, listens there: stop it or change the port");
    } else if (reason.contains("ermission denied")) {
      report(
          plan,
          wanted,
          "permission denied",
          "Ports below 1024 need the capability CAP_NET_BIND_SERVICE: use a higher port or grant it");
    } else if (reason.contains("assign requested address")) {
      report(plan, wanted, "no such address on this machine", "Use an address that it has");
    } else {
      report(plan, wanted, reason, "");
    }
  }

  private void report(ListenerPlan plan, HostPort wanted, String reason, String hint) {
    String what =
        "listener \"%s\": cannot listen on %s: %s".formatted(plan.config().name(), wanted, reason);
    problems.add(new Problem(new Location("start", 0, 0, ""), what, "", "", hint));
  }

  /** Admits new connections and hands them to their loop's acceptor. */
  private static final class Acceptor extends ChannelInitializer<Channel> {
    private final ListenerPlan plan;
    private final List<EventLoop> loops;

    Acceptor(ListenerPlan plan, List<EventLoop> loops) {
      this.plan = plan;
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
      InetAddress source = peer.getAddress();
      Admission.Verdict verdict = plan.admission().admit(source);
      if (verdict != Admission.Verdict.ADMITTED) {
        plan.refused().refused(peer.toString(), verdict);
        channel.unsafe().close(channel.voidPromise());
        return;
      }
      channel.closeFuture().addListener(ignored -> plan.admission().release(source));
      plan.acceptors().get(loops.indexOf(channel.eventLoop())).accept(channel);
    }
  }
}
