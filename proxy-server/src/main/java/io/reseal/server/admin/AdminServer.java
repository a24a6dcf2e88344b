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
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.reseal.config.AdminSettings;
import io.reseal.config.AdminSettings.Port;
import io.reseal.config.HostPort;
import io.reseal.config.Location;
import io.reseal.config.Problem;
import io.reseal.core.StartException;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin port and the status port, on an event loop of their own, so that they answer however
 * busy the others are. Closed once; thread-safe.
 */
public final class AdminServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
  private static final int MOST_CONNECTIONS = 256;
  private static final int MOST_LINE = 4_096;
  private static final int MOST_HEAD = 16_384;
  private static final int BODY_PIECE = 8_192;
  private static final long STOP_MILLIS = 1_000;

  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(
      1, new DefaultThreadFactory("reseal-admin", /* daemon= */ true), NioIoHandler.newFactory());
  private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
  private @Nullable InetSocketAddress admin;
  private @Nullable InetSocketAddress status;

  private AdminServer() {}

  /**
   * Binds both ports, all or nothing.
   *
   * @param pages what the admin port serves
   * @param health what the status port serves
   */
  public static AdminServer start(AdminSettings settings, AdminPages pages, AdminPages health)
      throws StartException {
    AdminServer server = new AdminServer();
    List<Problem> problems = new ArrayList<>();
    RequestGuard guard = new RequestGuard(settings.hosts());
    if (settings.address() instanceof Port.At(HostPort at)) {
      server.admin = server.bind("admin.address", at, guard::refusal, pages, problems);
    }
    if (settings.statusAddress() instanceof Port.At(HostPort at)) {
      server.status =
          server.bind("admin.statusAddress", at, any -> Optional.empty(), health, problems);
    }
    if (!problems.isEmpty()) {
      server.close();
      throw new StartException(problems);
    }
    return server;
  }

  private @Nullable InetSocketAddress bind(
      String key,
      HostPort at,
      Function<AdminRequest, Optional<AdminAnswer>> guard,
      AdminPages pages,
      List<Problem> problems) {
    AtomicInteger open = new AtomicInteger();
    ChannelFuture binding = new ServerBootstrap()
        .group(loop)
        .channel(NioServerSocketChannel.class)
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
        })
        .bind(new InetSocketAddress(InetAddress.ofLiteral(at.host()), at.port()))
        .awaitUninterruptibly();
    if (!binding.isSuccess()) {
      problems.add(new Problem(
          new Location("start", 0, 0, ""),
          "%s: cannot listen on %s: %s".formatted(key, at, binding.cause().getMessage()),
          "",
          "",
          "Stop whoever listens there, or set " + key + " to another port or to off"));
      return null;
    }
    // After Netty's acceptor, which pauses for a second when it fails: the listeners, which share
    // the cause, have said it.
    binding.channel().pipeline().addLast(new ChannelInboundHandlerAdapter() {
      @Override
      public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("{}: cannot accept", key, cause);
      }
    });
    return (InetSocketAddress) binding.channel().localAddress();
  }

  /** Where the admin port listens; empty where it is off. */
  public Optional<InetSocketAddress> admin() {
    return Optional.ofNullable(admin);
  }

  /** Where the status port listens; empty where it is off. */
  public Optional<InetSocketAddress> status() {
    return Optional.ofNullable(status);
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
}
