package io.reseal.core.tls;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import io.reseal.core.failure.TlsVerdict;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.Certificate;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Two TLS ends on one loop over loopback. The server sends one byte when its handshake is done, and
 * the client is done when it has it: tickets of TLS 1.3 come before that byte, and so does the
 * alert of a server that does not like what it got.
 */
final class TlsPair implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 20;

  private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());

  /** What both ends saw. */
  record Outcome(End client, End server) {
    Throwable clientFailure() {
      if (client.failure == null) {
        throw new AssertionError("the handshake succeeded");
      }
      return client.failure;
    }

    Throwable serverFailure() {
      if (server.failure == null) {
        throw new AssertionError("the handshake succeeded");
      }
      return server.failure;
    }
  }

  /**
   * What one end saw.
   *
   * @param verdict on the failure, made while the connection was there
   * @param received the application bytes
   */
  record End(
      @Nullable Throwable failure,
      @Nullable TlsVerdict verdict,
      @Nullable TlsFacts facts,
      @Nullable Certificate peerLeaf,
      int received) {
    boolean succeeded() {
      return failure == null;
    }

    TlsFacts negotiated() {
      if (facts == null) {
        throw new AssertionError("no handshake", failure);
      }
      return facts;
    }
  }

  Outcome handshake(
      Function<ByteBufAllocator, SslHandler> server,
      Function<ByteBufAllocator, SslHandler> client) {
    return handshake(server, client, new ChannelInboundHandlerAdapter());
  }

  /** The same with a handler at the server that sees the bytes before TLS does. */
  Outcome handshake(
      Function<ByteBufAllocator, SslHandler> server,
      Function<ByteBufAllocator, SslHandler> client,
      ChannelHandler beforeServer) {
    Peer serverEnd = new Peer(/* isServer= */ true);
    Peer clientEnd = new Peer(/* isServer= */ false);
    Channel listening = listen(server, serverEnd, beforeServer);
    try {
      connect(((InetSocketAddress) listening.localAddress()).getPort(), client, clientEnd);
      return new Outcome(clientEnd.await(), serverEnd.await());
    } finally {
      listening.close().syncUninterruptibly();
    }
  }

  private Channel listen(
      Function<ByteBufAllocator, SslHandler> server, Peer end, ChannelHandler first) {
    return new ServerBootstrap()
        .group(loop)
        .channel(NioServerSocketChannel.class)
        .childHandler(initializer(server, end, first))
        .bind(InetAddress.getLoopbackAddress(), 0)
        .syncUninterruptibly()
        .channel();
  }

  /** Serves any number of connections, each closed after the one byte unless kept open. */
  Channel serve(Function<ByteBufAllocator, SslHandler> server, boolean keepOpen) {
    return new ServerBootstrap()
        .group(loop)
        .channel(NioServerSocketChannel.class)
        .childHandler(new ChannelInitializer<SocketChannel>() {
          @Override
          protected void initChannel(SocketChannel channel) {
            channel
                .pipeline()
                .addLast(server.apply(channel.alloc()), new Peer(/* isServer= */ true) {
                  @Override
                  void succeeded(ChannelHandlerContext ctx) {
                    super.succeeded(ctx);
                    if (!keepOpen) {
                      ctx.close();
                    }
                  }
                });
          }
        })
        .bind(InetAddress.getLoopbackAddress(), 0)
        .syncUninterruptibly()
        .channel();
  }

  /** Connects to a port of whoever listens there. */
  End connect(int port, Function<ByteBufAllocator, SslHandler> client) {
    Peer end = new Peer(/* isServer= */ false);
    connect(port, client, end);
    return end.await();
  }

  /** The same with a server that says nothing by itself: done when the handshake is. */
  End handshakeOnly(int port, Function<ByteBufAllocator, SslHandler> client) {
    Peer end = new Peer(/* isServer= */ false) {
      @Override
      void succeeded(ChannelHandlerContext ctx) {
        ctx.close();
      }
    };
    connect(port, client, end);
    return end.await();
  }

  private void connect(int port, Function<ByteBufAllocator, SslHandler> client, Peer end) {
    new Bootstrap()
        .group(loop)
        .channel(NioSocketChannel.class)
        .handler(initializer(client, end, new ChannelInboundHandlerAdapter()))
        .connect(InetAddress.getLoopbackAddress(), port)
        .syncUninterruptibly();
  }

  private static ChannelInitializer<SocketChannel> initializer(
      Function<ByteBufAllocator, SslHandler> tls, Peer end, ChannelHandler first) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(SocketChannel channel) {
        channel.pipeline().addLast(first, tls.apply(channel.alloc()), end);
      }
    };
  }

  @Override
  public void close() {
    loop.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  /** The end of a connection that records what happens to it. */
  private static class Peer extends ChannelInboundHandlerAdapter {
    private final CompletableFuture<End> done = new CompletableFuture<>();
    private final boolean isServer;
    private @Nullable Throwable failure;
    private @Nullable TlsVerdict verdict;
    private @Nullable TlsFacts facts;
    private @Nullable Certificate peerLeaf;
    private int received;

    Peer(boolean isServer) {
      this.isServer = isServer;
    }

    End await() {
      return done.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
      if (event instanceof SslHandshakeCompletionEvent completion) {
        if (!completion.isSuccess()) {
          fail(ctx, completion.cause());
          return;
        }
        SslHandler handler = ctx.pipeline().get(SslHandler.class);
        facts = TlsFacts.of(handler);
        try {
          peerLeaf = handler.engine().getSession().getPeerCertificates()[0];
        } catch (SSLPeerUnverifiedException none) {
          peerLeaf = null;
        }
        succeeded(ctx);
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      received += ((ByteBuf) message).readableBytes();
      ReferenceCountUtil.release(message);
      ctx.close();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      fail(ctx, cause);
    }

    /** What follows the handshake. */
    void succeeded(ChannelHandlerContext ctx) {
      if (isServer) {
        ctx.writeAndFlush(Unpooled.copiedBuffer(new byte[] {'x'}));
      }
    }

    private void fail(ChannelHandlerContext ctx, Throwable cause) {
      if (failure == null) {
        failure = cause;
        SslHandler handler = ctx.pipeline().get(SslHandler.class);
        verdict = isServer || handler == null
            ? HandshakeVerdicts.downstream(cause)
            : HandshakeVerdicts.upstream(cause, handler);
      }
      ctx.close();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      done.complete(new End(failure, verdict, facts, peerLeaf, received));
    }
  }
}
