package io.reseal.core.listener;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.reseal.config.RuntimeSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The event loops and the kind of sockets that they drive. Closed once, after everything on it.
 */
public final class Transport implements AutoCloseable {
  private static final long QUIET_MILLIS = 0;
  private static final long STOP_MILLIS = 2_000;

  private final Kind kind;
  private final EventLoopGroup group;

  private Transport(Kind kind, EventLoopGroup group) {
    this.kind = kind;
    this.group = group;
  }

  /**
   * Starts the event loops.
   *
   * @throws IllegalArgumentException when the transport asked for does not work here, with the
   *     reason
   */
  public static Transport open(RuntimeSettings settings) {
    Kind kind = choose(settings.transport());
    int loops = settings.eventLoops() > 0
        ? settings.eventLoops()
        : Runtime.getRuntime().availableProcessors();
    EventLoopGroup group = new MultiThreadIoEventLoopGroup(
        loops, new DefaultThreadFactory("reseal-loop"), kind.handlers());
    return new Transport(kind, group);
  }

  private static Kind choose(RuntimeSettings.Transport wanted) {
    return switch (wanted) {
      case AUTO -> Epoll.isAvailable() ? epoll() : nio();
      case EPOLL -> {
        require(Epoll.isAvailable(), "epoll", Epoll.unavailabilityCause());
        yield epoll();
      }
      case IO_URING -> {
        require(IoUring.isAvailable(), "io_uring", IoUring.unavailabilityCause());
        yield ioUring();
      }
      case NIO -> nio();
    };
  }

  private static void require(boolean available, String name, @Nullable Throwable cause) {
    if (!available) {
      throw new IllegalArgumentException(
          "runtime.transport: %s does not work here: %s. Use auto, or nio".formatted(name, cause));
    }
  }

  private static Kind epoll() {
    return new Kind(
        "epoll",
        EpollIoHandler.newFactory(),
        EpollServerSocketChannel.class,
        EpollSocketChannel.class,
        EpollDatagramChannel.class,
        /* sharesPorts= */ true);
  }

  private static Kind ioUring() {
    return new Kind(
        "io_uring",
        IoUringIoHandler.newFactory(),
        IoUringServerSocketChannel.class,
        IoUringSocketChannel.class,
        IoUringDatagramChannel.class,
        /* sharesPorts= */ true);
  }

  private static Kind nio() {
    return new Kind(
        "nio",
        NioIoHandler.newFactory(),
        NioServerSocketChannel.class,
        NioSocketChannel.class,
        NioDatagramChannel.class,
        /* sharesPorts= */ false);
  }

  /** The name as in the configuration. */
  public String name() {
    return kind.name();
  }

  /** The loops, always in the same order. */
  public List<EventLoop> loops() {
    List<EventLoop> loops = new ArrayList<>();
    group.forEach(loop -> loops.add((EventLoop) loop));
    return List.copyOf(loops);
  }

  /** All loops, taking turns. */
  EventLoopGroup turns() {
    return group;
  }

  Class<? extends ServerChannel> serverChannel() {
    return kind.server();
  }

  public Class<? extends Channel> clientChannel() {
    return kind.client();
  }

  public Class<? extends DatagramChannel> datagramChannel() {
    return kind.datagram();
  }

  /**
   * A server channel for a listening socket of another process.
   *
   * @param descriptor the channel's from now on
   */
  ServerChannel adopt(int descriptor) {
    if (kind.server() != EpollServerSocketChannel.class) {
      InheritedSockets.closeDescriptor(descriptor);
      throw new UnsupportedOperationException(
          "runtime.transport: " + name() + " cannot take over listening sockets (expected: epoll)");
    }
    return new EpollServerSocketChannel(descriptor);
  }

  /** The descriptor of a server channel that another process can adopt. */
  static int descriptor(Channel channel) {
    if (channel instanceof EpollServerSocketChannel socket) {
      return socket.fd().intValue();
    }
    throw new UnsupportedOperationException("no listening socket that can be handed over");
  }

  /** Whether each loop can have a listening socket of its own on one address (SO_REUSEPORT). */
  boolean sharesPorts() {
    return kind.sharesPorts();
  }

  @Override
  public void close() {
    group.shutdownGracefully(QUIET_MILLIS, STOP_MILLIS, TimeUnit.MILLISECONDS);
    group.terminationFuture().awaitUninterruptibly(2 * STOP_MILLIS);
  }

  private record Kind(
      String name,
      IoHandlerFactory handlers,
      Class<? extends ServerChannel> server,
      Class<? extends Channel> client,
      Class<? extends DatagramChannel> datagram,
      boolean sharesPorts) {}
}
