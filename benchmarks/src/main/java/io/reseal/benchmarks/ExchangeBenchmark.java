package io.reseal.benchmarks;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.DefaultChannelId;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.reseal.config.ProxyConfig;
import io.reseal.config.Timeouts;
import io.reseal.core.exchange.ClientConnection;
import io.reseal.core.http.EdgeConnection;
import io.reseal.core.http1.Http1Connection;
import io.reseal.core.loop.Deadlines;
import io.reseal.core.loop.LoopFlusher;
import io.reseal.core.observe.ClientFacts;
import io.reseal.core.observe.DataPlaneObserver;
import io.reseal.core.observe.DebugWatch;
import io.reseal.core.observe.TlsLeg;
import io.reseal.core.snapshot.ListenerAddress;
import io.reseal.core.snapshot.LoopState;
import io.reseal.core.snapshot.SnapshotCompiler;
import io.reseal.core.tls.ClientPolicy;
import io.reseal.core.upstream.EndpointResolver;
import io.reseal.core.upstream.UpstreamLoop;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One GET and its response through everything between two sockets, without the sockets: decoding,
 * checks, routing, pool, relay and encoding, both connections kept alive. In cleartext, because the
 * TLS library would be most of what is measured.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--sun-misc-unsafe-memory-access=allow")
public class ExchangeBenchmark {
  private static final String HOST = "shop.example";
  private static final ByteBuf REQUEST = wire("""
      GET /api/v1/orders/4711?expand=items HTTP/1.1\r
      Host: shop.example\r
      User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r
      Accept: application/json\r
      Accept-Language: en-US,en;q=0.5\r
      Accept-Encoding: gzip, deflate, br, zstd\r
      Cookie: session=0123456789abcdef0123456789abcdef\r
      Connection: keep-alive\r
      \r
      """);
  private static final ByteBuf RESPONSE = wire("""
      HTTP/1.1 200 OK\r
      Content-Type: application/json\r
      Content-Length: 27\r
      Cache-Control: private, max-age=0\r
      Server: shop\r
      \r
      {"order":4711,"items":[12]}""");

  private final Queue<EmbeddedChannel> upstreams = new ArrayDeque<>();
  private final EmbeddedChannel client = new EmbeddedChannel();
  private final EmbeddedChannel upstream;

  public ExchangeBenchmark() {
    LoopState loop = loopState(client.eventLoop());
    InetSocketAddress peer = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 40_000);
    InetSocketAddress local = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 80);
    ClientConnection connection = new ClientConnection(
        loop,
        DataPlaneObserver.NONE,
        new DebugWatch(),
        new ListenerAddress(SampleConfig.LISTENER, SampleConfig.ADDRESS),
        new ClientFacts(SampleConfig.LISTENER, "192.0.2.7", 40_000, TlsLeg.NONE),
        "",
        -1,
        ClientPolicy.NONE,
        EdgeConnection.of(peer, local, /* tls= */ false, /* peerTrusted= */ false),
        /* peerSeesDetails= */ false);
    new Http1Connection(connection, client, (from, channel, to, over, protocol) -> {
          throw new IllegalStateException("no upgrade is asked for");
        })
        .install();
    // The first exchange makes the connection that all others find in the pool.
    client.writeInbound(REQUEST.retainedDuplicate());
    client.runPendingTasks();
    upstream = upstreams.remove();
    discard(upstream);
    answer();
    discard(client);
  }

  /** A request from the client's bytes to the upstream's, and the response back. */
  @Benchmark
  public int exchange() {
    client.writeInbound(REQUEST.retainedDuplicate());
    int bytes = discard(upstream);
    answer();
    return bytes + discard(client);
  }

  /** The response to {@link #exchange}'s request, as the client gets it; for a test. */
  String exchangeText() {
    client.writeInbound(REQUEST.retainedDuplicate());
    discard(upstream);
    answer();
    StringBuilder text = new StringBuilder();
    for (ByteBuf piece = client.readOutbound(); piece != null; piece = client.readOutbound()) {
      text.append(piece.toString(StandardCharsets.ISO_8859_1));
      piece.release();
    }
    return text.toString();
  }

  @TearDown
  public void close() {
    upstream.finishAndReleaseAll();
    client.finishAndReleaseAll();
  }

  private void answer() {
    upstream.writeInbound(RESPONSE.retainedDuplicate());
  }

  private static int discard(EmbeddedChannel channel) {
    int bytes = 0;
    for (ByteBuf piece = channel.readOutbound(); piece != null; piece = channel.readOutbound()) {
      bytes += piece.readableBytes();
      piece.release();
    }
    return bytes;
  }

  private LoopState loopState(EventLoop eventLoop) {
    ProxyConfig config = SampleConfig.oneHost(HOST);
    // Never asked: the endpoint is an address.
    EndpointResolver resolver = new EndpointResolver(
        eventLoop, NioDatagramChannel.class, Timeouts.DEFAULT.resolve(), /* servers= */ null);
    UpstreamLoop upstreamLoop = new UpstreamLoop(
        eventLoop,
        new Deadlines(eventLoop),
        new LoopFlusher(eventLoop),
        resolver,
        DataPlaneObserver.NONE,
        bootstrap(eventLoop));
    return new LoopState(upstreamLoop, /* loopIndex= */ 0, SnapshotCompiler.compile(config));
  }

  private Bootstrap bootstrap(EventLoop eventLoop) {
    return new Bootstrap()
        .group(eventLoop)
        .channelFactory(this::newUpstream)
        .disableResolver()
        .handler(new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(@Nullable Channel channel) {}
        });
  }

  /** Not registered yet, so that the bootstrap puts it on the client's loop. */
  private Channel newUpstream() {
    EmbeddedChannel channel = new EmbeddedChannel(
        null, DefaultChannelId.newInstance(), /* register= */ false, /* hasDisconnect= */ false);
    upstreams.add(channel);
    return channel;
  }

  private static ByteBuf wire(String text) {
    return DirectBytes.of(text.getBytes(StandardCharsets.US_ASCII));
  }
}
