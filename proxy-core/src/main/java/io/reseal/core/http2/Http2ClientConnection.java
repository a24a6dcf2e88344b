package io.reseal.core.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.http2.Http2Connection.PropertyKey;
import io.netty.handler.codec.http2.Http2ConnectionAdapter;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2EventAdapter;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameListener;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.reseal.core.exchange.ClientConnection;
import io.reseal.core.failure.Failure;
import io.reseal.core.failure.OwnMistake;
import io.reseal.core.http.HeadConversion;
import io.reseal.core.http.RequestHead;
import io.reseal.core.loop.Deadlines.Deadline;
import io.reseal.core.loop.LoopFlusher;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A client's HTTP/2 connection: turns streams into exchanges and writes their responses. Streams
 * have no channels of their own, and everything written in a loop turn goes out with one flush.
 * Confined to its event loop.
 *
 * <p>Flow control: a stream's credit goes back when the upstream has taken the bytes; a response
 * stops its upstream when the stream itself, not the connection, is not writable.
 */
public final class Http2ClientConnection extends Http2ConnectionHandler
    implements LoopFlusher.Flushable {
  /** Resets, control frames, empty frames: their bounds have no keys. */
  private static final String FRAME_BUDGET = "http2-frames";

  /** Between the two steps of a drain: a round trip, and some. */
  private static final Duration DRAIN_WAIT = Duration.ofSeconds(1);

  private final ClientConnection client;
  private final PropertyKey exchangeKey;
  private final RecentResets resets = new RecentResets();
  private final ControlFrameBudget budget = new ControlFrameBudget();
  private final Deadline idleDeadline;
  private final Deadline drainDeadline;
  private final long keepAliveNanos;
  private @Nullable ChannelHandlerContext context;
  private boolean flushDue;
  private boolean drainRequested;

  Http2ClientConnection(
      Http2ConnectionDecoder decoder,
      Http2ConnectionEncoder encoder,
      Http2Settings settings,
      ClientConnection client) {
    super(decoder, encoder, settings);
    this.client = client;
    this.exchangeKey = connection().newKey();
    this.keepAliveNanos =
        client.loop().snapshot().config().timeouts().keepAlive().toNanos();
    this.idleDeadline = client.loop().deadlines().register(this::idle);
    this.drainDeadline = client.loop().deadlines().register(this::endDrain);
    // Exchanges have deadlines of their own, and a drain has a grace.
    gracefulShutdownTimeoutMillis(-1);
    connection().addListener(new StreamEnds());
    connection().remote().flowController().listener(this::writabilityChanged);
  }

  Http2FrameListener listener() {
    return new Frames();
  }

  ClientConnection client() {
    return client;
  }

  ControlFrameBudget budget() {
    return budget;
  }

  ChannelHandlerContext context() {
    ChannelHandlerContext current = context;
    if (current == null) {
      throw new IllegalStateException("not in a pipeline");
    }
    return current;
  }

  /**
   * Tells the client to send no more on this connection, and closes it after the last stream. In two
   * steps (RFC 9113 section 6.8): the first GOAWAY refuses nothing, so that the streams that are on
   * their way are served; the second names the last one.
   */
  public void drain() {
    if (!drainRequested && context != null) {
      drainRequested = true;
      goAway(Integer.MAX_VALUE);
      idleDeadline.clear();
      drainDeadline.setNanos(DRAIN_WAIT.toNanos());
    }
  }

  private void goAway(int lastStreamId) {
    ChannelHandlerContext ctx = context();
    encoder()
        .writeGoAway(
            ctx, lastStreamId, Http2Error.NO_ERROR.code(), Unpooled.EMPTY_BUFFER, ctx.newPromise());
    flushLater();
  }

  private void endDrain() {
    goAway(connection().remote().lastStreamCreated());
    // From the channel, so that it passes this handler: the end comes after the last stream.
    context().channel().close();
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
    context = ctx;
    super.handlerAdded(ctx);
    idleDeadline.setNanos(keepAliveNanos);
    int more = Http2ConnectionBuilder.CONNECTION_WINDOW_BYTES - (64 << 10);
    connection()
        .local()
        .flowController()
        .incrementWindowSize(connection().connectionStream(), more);
    flushLater();
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) throws Exception {
    idleDeadline.remove();
    drainDeadline.remove();
    super.handlerRemoved0(ctx);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    // Not the superclass's: it flushes for every read, while the loop flushes once per turn.
    discardSomeReadBytes();
    ctx.fireChannelReadComplete();
    flushLater();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
      // A client that cannot be heard can grant no more credit.
      ctx.channel().close();
    }
    super.userEventTriggered(ctx, event);
  }

  @Override
  protected void onStreamError(
      ChannelHandlerContext ctx,
      boolean outbound,
      Throwable cause,
      Http2Exception.StreamException error) {
    int streamId = error.streamId();
    Http2Stream stream = connection().stream(streamId);
    StreamExchange exchange = exchangeOf(stream);
    Http2Exception.StreamException told = error;
    countLimit(error);
    if (!outbound && stream == null && error.error() == Http2Error.STREAM_CLOSED) {
      if (!resets.contains(streamId)) {
        onConnectionError(ctx, outbound, cause, closedStream(streamId));
      }
      return;
    }
    if (stream == null) {
      resets.add(streamId);
    }
    if (exchange != null) {
      if (!outbound && error.error() == Http2Error.PROTOCOL_ERROR && isEnded(stream)) {
        // Netty calls it that; more after the end is its own kind (RFC 9113 section
        // 5.1, "half-closed (remote)").
        told = (Http2Exception.StreamException) Http2Exception.streamError(
            streamId, Http2Error.STREAM_CLOSED, "frame after the end of the request");
      }
      exchange.broken(String.valueOf(error.getMessage()));
    }
    super.onStreamError(ctx, outbound, cause, told);
    flushLater();
  }

  @Override
  protected void onConnectionError(
      ChannelHandlerContext ctx,
      boolean outbound,
      Throwable cause,
      @Nullable Http2Exception error) {
    if (error != null && !outbound) {
      countLimit(error);
    }
    if (error == null && OwnMistake.is(cause)) {
      client.observer().failed(OwnMistake.failure(cause), "", "", client.serverName());
    }
    super.onConnectionError(ctx, outbound, cause, error);
  }

  private void countLimit(Http2Exception error) {
    if (error instanceof Http2Exception.HeaderListSizeException) {
      client.observer().limitReached("limits.requestHeadBytes");
    } else if (error.error() == Http2Error.REFUSED_STREAM) {
      client.observer().limitReached("limits.http2Streams");
    } else if (error.error() == Http2Error.ENHANCE_YOUR_CALM) {
      client.observer().limitReached(FRAME_BUDGET);
    }
  }

  private static boolean isEnded(@Nullable Http2Stream stream) {
    return stream != null && stream.state() == Http2Stream.State.HALF_CLOSED_REMOTE;
  }

  private static Http2Exception closedStream(int streamId) {
    return Http2Exception.connectionError(
        Http2Error.STREAM_CLOSED, "frame for the closed stream %d", streamId);
  }

  private void writabilityChanged(Http2Stream stream) {
    StreamExchange exchange = exchangeOf(stream);
    if (exchange != null) {
      exchange.writabilityChanged();
    }
  }

  private @Nullable StreamExchange exchangeOf(@Nullable Http2Stream stream) {
    return stream == null ? null : stream.getProperty(exchangeKey);
  }

  private void idle() {
    if (connection().numActiveStreams() > 0) {
      return;
    }
    drain();
  }

  void flushLater() {
    if (!flushDue) {
      flushDue = true;
      client.loop().flusher().flushLater(this);
    }
  }

  @Override
  public void flushNow() {
    flushDue = false;
    if (context != null && context.channel().isActive()) {
      flush(context);
    }
  }

  /** Notices the end of each stream, however it ends. */
  private final class StreamEnds extends Http2ConnectionAdapter {
    @Override
    public void onStreamClosed(Http2Stream stream) {
      if (stream.isResetSent()) {
        resets.add(stream.id());
      }
      StreamExchange exchange = stream.removeProperty(exchangeKey);
      if (exchange != null) {
        exchange.streamClosed();
      }
      if (connection().numActiveStreams() == 0) {
        idleDeadline.setNanos(keepAliveNanos);
      }
    }
  }

  /** What the client sends. */
  private final class Frames extends Http2EventAdapter {
    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx,
        int streamId,
        Http2Headers headers,
        int streamDependency,
        short weight,
        boolean exclusive,
        int padding,
        boolean endOfStream) {
      onHeadersRead(ctx, streamId, headers, padding, endOfStream);
    }

    @Override
    public void onHeadersRead(
        ChannelHandlerContext ctx,
        int streamId,
        Http2Headers headers,
        int padding,
        boolean endOfStream) {
      budget.earn();
      Http2Stream stream = connection().stream(streamId);
      StreamExchange running = exchangeOf(stream);
      if (running != null) {
        running.requestTrailers(headers);
        return;
      }
      idleDeadline.clear();
      StreamExchange started = new StreamExchange(Http2ClientConnection.this, stream);
      stream.setProperty(exchangeKey, started);
      RequestHead head = HeadConversion.toRequest(headers, endOfStream);
      Failure failure = client.loop().snapshot().canonicalRequest().check(head, client.isTls());
      started.start(head, failure, endOfStream);
    }

    @Override
    public int onDataRead(
        ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean endOfStream) {
      Http2Stream stream = connection().stream(streamId);
      StreamExchange exchange = exchangeOf(stream);
      if (exchange == null) {
        return data.readableBytes() + padding;
      }
      exchange.requestBody(data, endOfStream);
      // The padding is done with; the data is when the upstream has taken it.
      return padding;
    }

    @Override
    public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long errorCode) {
      StreamExchange exchange = exchangeOf(connection().stream(streamId));
      if (exchange != null) {
        exchange.resetByClient(errorCode);
      }
    }

    @Override
    public void onPingRead(ChannelHandlerContext ctx, long data) throws Http2Exception {
      spend("PING");
    }

    @Override
    public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings)
        throws Http2Exception {
      spend("SETTINGS");
    }

    @Override
    public void onPriorityRead(
        ChannelHandlerContext ctx,
        int streamId,
        int streamDependency,
        short weight,
        boolean exclusive)
        throws Http2Exception {
      spend("PRIORITY");
    }

    @Override
    public void onUnknownFrame(
        ChannelHandlerContext ctx, byte frameType, int streamId, Http2Flags flags, ByteBuf payload)
        throws Http2Exception {
      spend("unknown");
    }

    private void spend(String kind) throws Http2Exception {
      if (!budget.spend()) {
        throw Http2Exception.connectionError(
            Http2Error.ENHANCE_YOUR_CALM, "too many %s frames", kind);
      }
    }
  }
}
