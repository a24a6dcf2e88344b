package io.reseal.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2MultiplexHandler;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The raw HTTP/2 client against Netty's codec, which it otherwise shares nothing with. */
final class H2RawClientTest {
  private EventLoopGroup group;
  private Channel server;

  @BeforeEach
  void start() throws Exception {
    var identity = Certificates.FRONT.issue("a.test");
    SslContext tls = SslContextBuilder.forServer(identity.privateKey(), identity.leaf())
        .sslProvider(SslProvider.JDK)
        .applicationProtocolConfig(new ApplicationProtocolConfig(
            Protocol.ALPN,
            SelectorFailureBehavior.NO_ADVERTISE,
            SelectedListenerFailureBehavior.ACCEPT,
            ApplicationProtocolNames.HTTP_2))
        .build();
    group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    server = new ServerBootstrap()
        .group(group)
        .channel(NioServerSocketChannel.class)
        .childHandler(new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel channel) {
            channel.pipeline().addLast(tls.newHandler(channel.alloc()));
            channel.pipeline().addLast(Http2FrameCodecBuilder.forServer().build());
            channel.pipeline().addLast(new Http2MultiplexHandler(new EchoInitializer()));
          }
        })
        .bind("127.0.0.1", 0)
        .sync()
        .channel();
  }

  @AfterEach
  void stop() {
    group.shutdownGracefully(0, 5, java.util.concurrent.TimeUnit.SECONDS).syncUninterruptibly();
  }

  /** Returns the body, and the path in a field and in a trailer. */
  private static final class EchoInitializer extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel channel) {
      channel.pipeline().addLast(new EchoHandler());
    }
  }

  private static final class EchoHandler extends ChannelInboundHandlerAdapter {
    private String path = "";

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      if (message instanceof Http2HeadersFrame head) {
        path = String.valueOf(head.headers().path());
        var fields = new DefaultHttp2Headers().status("200").add("x-path", path);
        ctx.writeAndFlush(new DefaultHttp2HeadersFrame(fields));
        if (head.isEndStream()) {
          end(ctx);
        }
      } else if (message instanceof Http2DataFrame data) {
        ByteBuf bytes = data.content().retain();
        ctx.writeAndFlush(new DefaultHttp2DataFrame(bytes));
        if (data.isEndStream()) {
          end(ctx);
        }
      }
      ReferenceCountUtil.release(message);
    }

    private void end(ChannelHandlerContext ctx) {
      ctx.write(new DefaultHttp2DataFrame(Unpooled.EMPTY_BUFFER));
      var trailers = new DefaultHttp2Headers().add("x-end", path);
      ctx.writeAndFlush(new DefaultHttp2HeadersFrame(trailers, /* endStream= */ true));
    }
  }

  private H2RawClient connect() throws Exception {
    return H2RawClient.connect(
        ProxyFixture.hello("a.test"), (InetSocketAddress) server.localAddress());
  }

  @Test
  void readsResponsesWithTrailers() throws Exception {
    try (H2RawClient client = connect()) {
      Reply reply = client.get("a.test", "/x").complete();
      assertThat(reply.status()).isEqualTo(200);
      assertThat(reply.fields().first("x-path")).isEqualTo("/x");
      assertThat(reply.trailers().first("x-end")).isEqualTo("/x");
    }
  }

  @Test
  void keepsStreamsApart() throws Exception {
    try (H2RawClient client = connect()) {
      int one = client.request(
          false, ":method: POST", ":scheme: https", ":authority: a.test", ":path: /1");
      int two = client.request(
          false, ":method: POST", ":scheme: https", ":authority: a.test", ":path: /2");
      client.data(two, true, "second");
      client.data(one, true, "first");
      assertThat(client.read(one).complete().bodyText()).isEqualTo("first");
      assertThat(client.read(two).complete().bodyText()).isEqualTo("second");
    }
  }

  @Test
  void uploadsWithinTheCreditOfThePeer() throws Exception {
    try (H2RawClient client = connect()) {
      int stream = client.request(
          false, ":method: POST", ":scheme: https", ":authority: a.test", ":path: /1");
      assertThat(client.uploadPattern(stream, 0, 1_000_000)).isEqualTo(1_000_000);
      assertThat(client.read(stream).complete().body()).isEqualTo(Pattern.first(1_000_000));
    }
  }

  @Test
  void seesStreamErrors() throws Exception {
    try (H2RawClient client = connect()) {
      int stream =
          client.request(true, ":method: GET", ":scheme: https", ":path: /", "connection: close");
      assertThat(client.read(stream).resetCode()).isEqualTo(1);
    }
  }
}
