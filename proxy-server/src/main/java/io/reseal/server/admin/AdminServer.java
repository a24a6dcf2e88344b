package io.reseal.server.admin;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.UnixChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.reseal.config.AdminSettings;
import io.reseal.config.AdminSettings.Port;
import io.reseal.config.HostPort;
import io.reseal.config.Location;
import io.reseal.config.Problem;
import io.reseal.core.StartException;
import io.reseal.core.listener.InheritedSockets;
import io.reseal.core.listener.ListeningSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin port and the status port, on an event loop of their own, so that they answer however
 * busy the others are. Closed once; thread-safe.
 */
public final class AdminServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
  private static final String ADMIN = "admin.address";
  private static final String STATUS = "admin.statusAddress";
  private static final int MOST_CONNECTIONS = 256;
  private static final int MOST_LINE = 4_096;
  private static final int MOST_HEAD = 16_384;
  private static final int BODY_PIECE = 8_192;
  private static final long STOP_MILLIS = 1_000;

  /** With epoll a socket can be handed over; NIO hides its descriptor. */
  private final boolean epoll = Epoll.isAvailable();

  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
      1,
      new DefaultThreadFactory("reseal-admin", /* daemon= */ true),
      epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
  private final List<BoundPort> ports = new ArrayList<>();
  private final InheritedSockets inherited;

  private AdminServer(InheritedSockets inherited) {
    this.inherited = inherited;
  }

  /**
   * Binds both ports, all or nothing.
   *
   * @param pages what the admin port serves
   * @param health what the status port serves
   */
  public static AdminServer start(AdminSettings settings, AdminPages pages, AdminPages health)
      throws StartException {
    return start(settings, pages, health, InheritedSockets.none());
  }

  /**
   * The same with the sockets of a predecessor, taken where they fit: it answers there until {@link
   * #open}.
   */
  public static AdminServer start(
      AdminSettings settings, AdminPages pages, AdminPages health, InheritedSockets inherited)
      throws StartException {
    AdminServer server = new AdminServer(inherited);
    List<Problem> problems = new ArrayList<>();
    RequestGuard guard = new RequestGuard(settings.hosts());
    if (settings.address() instanceof Port.At(HostPort at)) {
      server.bind(ADMIN, at, guard::refusal, pages, problems);
    }
    if (settings.statusAddress() instanceof Port.At(HostPort at)) {
      server.bind(STATUS, at, any -> Optional.empty(), health, problems);
    }
    if (!problems.isEmpty()) {
      server.close();
      throw new StartException(problems);
    }
    return server;
  }

  private void bind(
      String key,
      HostPort at,
      Function<AdminRequest, Optional<AdminAnswer>> guard,
      AdminPages pages,
      List<Problem> problems) {
    ServerBootstrap bootstrap = bootstrap(guard, pages);
    InetSocketAddress address = new InetSocketAddress(InetAddress.ofLiteral(at.host()), at.port());
    List<Integer> descriptors =
        epoll ? inherited.take(key, at, /* number= */ 0, address) : List.of();
    for (int descriptor : descriptors) {
      keep(
          key,
          at,
          bootstrap
              .clone()
              .channelFactory(() -> new EpollServerSocketChannel(descriptor))
              // The predecessor is ready, and this process is not yet.
              .option(ChannelOption.AUTO_READ, false)
              .register(),
          problems);
    }
    if (descriptors.isEmpty()) {
      Class<? extends ServerChannel> kind =
          epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
      keep(key, at, bootstrap.channel(kind).bind(address), problems);
    }
  }

  private ServerBootstrap bootstrap(
      Function<AdminRequest, Optional<AdminAnswer>> guard, AdminPages pages) {
    AtomicInteger open = new AtomicInteger();
    return new ServerBootstrap()
        .group(loop)
        .option(ChannelOption.SO_REUSEADDR, true)
        .childHandler(new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.closeFuture().addListener(ignored -> open.decrementAndGet());
            if (open.incrementAndGet() > MOST_CONNECTIONS) {
              channel.close();
              return;
            }
            // The handler comes last, because it consumes what the codec makes.
            channel
                .pipeline()
                .addLast(
                    new HttpServerCodec(MOST_LINE, MOST_HEAD, BODY_PIECE),
                    new AdminHandler(guard, pages, workers));
          }
        });
  }

  private void keep(String key, HostPort at, ChannelFuture opening, List<Problem> problems) {
    opening.awaitUninterruptibly();
    if (!opening.isSuccess()) {
      problems.add(new Problem(
          new Location("start", 0, 0, ""),
          "%s: cannot listen on %s: %s".formatted(key, at, opening.cause().getMessage()),
          "",
          "",
          "Stop whoever listens there, or set " + key + " to another port or to off"));
      return;
    }
    // After Netty's acceptor, which pauses for a second when it fails: the listeners, which share
    // the cause, have said it.
    opening.channel().pipeline().addLast(new ChannelInboundHandlerAdapter() {
      @Override
      public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("{}: cannot accept", key, cause);
      }
    });
    ports.add(new BoundPort(key, at, opening.channel()));
  }

  /** Begins to answer on the ports that a predecessor had. */
  public void open() {
    ports.forEach(port -> port.channel().config().setAutoRead(true));
  }

  /** The listening sockets, for a successor; none where they are not plain descriptors. */
  public List<ListeningSocket> sockets() {
    if (!epoll) {
      return List.of();
    }
    return ports.stream()
        .map(port -> new ListeningSocket(
            port.key(),
            port.at(),
            /* number= */ 0,
            port.address(),
            ((UnixChannel) port.channel()).fd().intValue()))
        .toList();
  }

  /** Takes no new connection, because a successor does; those that are open are still answered. */
  public void stopAccepting() {
    ports.forEach(port -> port.channel().close().awaitUninterruptibly());
  }

  /** Where the admin port listens; empty where it is off. */
  public Optional<InetSocketAddress> admin() {
    return address(ADMIN);
  }

  /** Where the status port listens; empty where it is off. */
  public Optional<InetSocketAddress> status() {
    return address(STATUS);
  }

  private Optional<InetSocketAddress> address(String key) {
    return ports.stream()
        .filter(port -> port.key().equals(key))
        .map(BoundPort::address)
        .findFirst();
  }

  @Override
  public void close() {
    workers.shutdownNow();
    try {
      // An answer under way still needs the loop.
      workers.awaitTermination(STOP_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException asked) {
      Thread.currentThread().interrupt();
    }
    loop.shutdownGracefully(0, STOP_MILLIS, TimeUnit.MILLISECONDS).awaitUninterruptibly();
  }

  /** A port and the setting that it comes from. */
  private record BoundPort(String key, HostPort at, Channel channel, InetSocketAddress address) {
    BoundPort(String key, HostPort at, Channel channel) {
      // Asked while it is open.
      this(key, at, channel, (InetSocketAddress) channel.localAddress());
    }
  }
}
