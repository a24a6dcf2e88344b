package io.reseal.server.admin;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.unix.UnixChannelOption;
import io.netty.handler.codec.http.HttpServerCodec;
import io.reseal.config.HostPort;
import io.reseal.core.listener.InheritedSockets;
import io.reseal.core.listener.ListeningSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin or the status port while it has one address: its listening sockets, the connections to
 * it, and what is served there. Guarded by its server; never called by its event loop.
 */
final class AdminPort {
  private static final Logger LOG = LoggerFactory.getLogger(AdminPort.class);
  private static final int MOST_LINE = 4_096;
  private static final int MOST_HEAD = 16_384;
  private static final int BODY_PIECE = 8_192;

  private final Key key;
  private final EventLoop loop;
  private final AnswerThreads threads;
  private final List<Channel> listening = new ArrayList<>();
  private final PortConnections open = new PortConnections();
  private InetSocketAddress address = new InetSocketAddress(0);
  private volatile Service service;

  AdminPort(Key key, EventLoop loop, AnswerThreads threads, Service service) {
    this.key = key;
    this.loop = loop;
    this.threads = threads;
    this.service = service;
  }

  /**
   * What makes a port the same one over changes.
   *
   * @param setting what it comes from in the configuration
   */
  record Key(String setting, HostPort at) {}

  /**
   * What is served.
   *
   * @param guard why a request is refused; empty if it is not
   */
  record Service(Function<AdminRequest, Optional<AdminAnswer>> guard, AdminPages pages) {}

  Key key() {
    return key;
  }

  /** Listens on an address; accepts from {@link #open} on. */
  void bind(InetSocketAddress address, boolean epoll) throws IOException {
    ServerBootstrap bootstrap = bootstrap();
    if (epoll) {
      // One address of a port can take the place of another while that still listens.
      bootstrap
          .channel(EpollServerSocketChannel.class)
          .option(UnixChannelOption.SO_REUSEPORT, true);
    } else {
      bootstrap.channel(NioServerSocketChannel.class);
    }
    keep(bootstrap.bind(address));
  }

  /** Takes sockets of a predecessor, all of them even if it fails; accepts from {@link #open} on. */
  void adopt(List<Integer> descriptors) throws IOException {
    int taken = 0;
    try {
      for (int descriptor : descriptors) {
        taken++;
        keep(bootstrap()
            .channelFactory(() -> new EpollServerSocketChannel(descriptor))
            .register());
      }
    } finally {
      descriptors.stream().skip(taken).forEach(InheritedSockets::closeDescriptor);
    }
  }

  private ServerBootstrap bootstrap() {
    return new ServerBootstrap()
        .group(loop)
        .option(ChannelOption.SO_REUSEADDR, true)
        .option(ChannelOption.AUTO_READ, false)
        .childHandler(new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel channel) {
            if (!open.add(channel)) {
              channel.close();
              return;
            }
            // The handler comes last, because it consumes what the codec makes.
            channel
                .pipeline()
                .addLast(
                    new HttpServerCodec(MOST_LINE, MOST_HEAD, BODY_PIECE),
                    new AdminHandler(open, () -> service, threads));
          }
        });
  }

  private void keep(ChannelFuture opening) throws IOException {
    opening.awaitUninterruptibly();
    if (!opening.isSuccess()) {
      throw opening.cause() instanceof IOException io ? io : new IOException(opening.cause());
    }
    // After Netty's acceptor, which pauses for a second when it fails: the listeners, which share
    // the cause, have said it.
    opening.channel().pipeline().addLast(new ChannelInboundHandlerAdapter() {
      @Override
      public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        LOG.debug("{}: cannot accept", key.setting(), cause);
      }
    });
    listening.add(opening.channel());
    // Asked while it is open.
    address = (InetSocketAddress) opening.channel().localAddress();
  }

  /** Begins to accept. */
  void open() {
    listening.forEach(channel -> channel.config().setAutoRead(true));
  }

  /** Serves something else from the next request on. */
  void serve(Service next) {
    service = next;
  }

  /** Where it listens, a port of 0 replaced by the real one. */
  InetSocketAddress address() {
    return address;
  }

  /** The listening sockets, for a successor; none where they are not plain descriptors. */
  Stream<ListeningSocket> sockets() {
    return listening.stream()
        .filter(UnixChannel.class::isInstance)
        .map(channel -> new ListeningSocket(
            key.setting(),
            key.at(),
            /* number= */ 0,
            address,
            ((UnixChannel) channel).fd().intValue()));
  }

  /** Takes no new connection; those that are open are still answered. */
  void stopAccepting() {
    listening.forEach(channel -> channel.close().awaitUninterruptibly());
  }

  /** Ends everything: a loop that shuts down may end before it has closed its channels. */
  void cut() {
    stopAccepting();
    loop.submit(open::closeAll).awaitUninterruptibly();
  }

  /** Takes no new connection and no new request; what was asked is still answered. */
  void close() {
    stopAccepting();
    // What was accepted before has had its turn of the loop then.
    loop.submit(open::closeWaiting).awaitUninterruptibly();
  }
}
