package io.reseal.core.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.reseal.core.exchange.ClientConnection;
import io.reseal.core.exchange.Downstream;
import io.reseal.core.exchange.Exchange;
import io.reseal.core.failure.Failure;
import io.reseal.core.failure.OwnMistake;
import io.reseal.core.failure.TlsVerdict;
import io.reseal.core.http.CanonicalRequest;
import io.reseal.core.http.RequestHead;
import io.reseal.core.http.RequestHead.Framing;
import io.reseal.core.http.ResponseHead;
import io.reseal.core.http.ResponseRules;
import io.reseal.core.loop.Deadlines.Deadline;
import io.reseal.core.loop.LoopFlusher;
import io.reseal.core.snapshot.Snapshot;
import io.reseal.core.upstream.UpstreamConnection;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A client's HTTP/1 connection: turns decoded requests into exchanges, one after the other, and
 * writes their responses. The last handler of its pipeline; confined to its event loop.
 */
public final class Http1Connection extends ChannelInboundHandlerAdapter
    implements Downstream, LoopFlusher.Flushable {

  /** How long a client may take to close after we said we are done, before it is cut off. */
  private static final Duration LINGER = Duration.ofSeconds(2);

  /** How long a drained connection waits for a request that is on its way. */
  private static final Duration DRAIN_IDLE = Duration.ofSeconds(1);

  private final ClientConnection client;
  private final TunnelStarter tunnelStarter;
  private final RequestDecoder decoder;
  private final ResponseEncoder encoder = new ResponseEncoder();
  private final Deadline deadline;
  private final Channel channel;
  private final int mostFields;
  private final long headNanos;
  private final long keepAliveNanos;

  private @Nullable Exchange exchange;
  private boolean http10;
  private boolean persistent;
  private boolean chunked;
  private boolean closeDelimited;
  private boolean requestEnded = true;
  private boolean skipLast;
  private boolean headBegun;
  private boolean flushDue;
  private boolean inputClosed;
  private boolean lingering;
  private boolean drainRequested;

  public Http1Connection(ClientConnection client, Channel channel, TunnelStarter tunnelStarter) {
    this.client = client;
    this.channel = channel;
    this.tunnelStarter = tunnelStarter;
    Snapshot snapshot = client.loop().snapshot();
    this.decoder = new RequestDecoder(snapshot.config().limits(), this::headBegun);
    this.mostFields = snapshot.config().limits().requestFields();
    this.headNanos = snapshot.config().timeouts().requestHead().toNanos();
    this.keepAliveNanos = snapshot.config().timeouts().keepAlive().toNanos();
    this.deadline = client.loop().deadlines().register(this::timedOut);
  }

  /** Adds codec and connection to the end of the pipeline. */
  public void install() {
    // Encoder and decoder do not depend on each other; the connection comes last because it
    // consumes what the decoder makes.
    channel.pipeline().addLast(decoder, encoder, this);
    deadline.setNanos(keepAliveNanos);
  }

  /**
   * Ends the connection after its next response. One that is idle has a moment left for the request
   * that may be on its way already: to close at once would lose it.
   */
  public void drain() {
    if (!drainRequested) {
      drainRequested = true;
      if (exchange == null && !headBegun && !lingering) {
        deadline.setNanos(idleNanos());
      }
    }
  }

  private long idleNanos() {
    return drainRequested ? Math.min(keepAliveNanos, DRAIN_IDLE.toNanos()) : keepAliveNanos;
  }

  // ---- from the client

  private void headBegun() {
    headBegun = true;
    deadline.setNanos(headNanos);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    if (lingering) {
      ReferenceCountUtil.release(message);
    } else if (message instanceof HttpRequest request) {
      requestHead(request);
    } else if (message instanceof HttpContent content) {
      requestContent(content);
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  private void requestHead(HttpRequest message) {
    headBegun = false;
    deadline.clear();
    http10 = message.protocolVersion().minorVersion() == 0;
    persistent = HttpUtil.isKeepAlive(message) && !drainRequested;
    Failure failure = message.decoderResult().isFailure()
        ? unreadable(message.decoderResult().cause())
        : CanonicalRequest.version(message.protocolVersion());
    RequestHead head = new RequestHead(
        http10 ? RequestHead.Version.HTTP_1_0 : RequestHead.Version.HTTP_1_1,
        message.method().name(),
        message.uri(),
        message.headers(),
        null,
        null);
    if (failure == null) {
      failure = client.loop().snapshot().canonicalRequest().check(head, client.isTls());
    }
    Exchange started = new Exchange(client, head, this);
    exchange = started;
    if (failure != null) {
      // Where the next request begins is no longer certain.
      persistent = false;
      requestEnded = false;
      decoder.discardRest();
      started.refuse(failure);
      return;
    }
    requestEnded = head.framing() == Framing.NONE;
    skipLast = requestEnded;
    started.start();
  }

  private static Failure unreadable(Throwable cause) {
    String detail = String.valueOf(cause.getMessage());
    if (RequestDecoder.isLineTooLong(cause)) {
      return new Failure.RequestRejected(414, "target-too-long", detail);
    }
    if (RequestDecoder.isHeadTooLong(cause)) {
      return new Failure.RequestRejected(431, "head-too-large", detail);
    }
    if (RequestDecoder.isTls(cause)) {
      String rule = TlsVerdict.Reason.TLS_ON_CLEARTEXT_PORT.token();
      return new Failure.RequestRejected(400, rule, detail);
    }
    return new Failure.RequestRejected(400, "malformed", detail);
  }

  private static Failure unreadableBody(Throwable cause) {
    String detail = String.valueOf(cause.getMessage());
    // Trailers are bounded as the head is.
    return RequestDecoder.isHeadTooLong(cause)
        ? new Failure.RequestRejected(431, "head-too-large", detail)
        : new Failure.RequestRejected(400, "malformed-body", detail);
  }

  private void requestContent(HttpContent content) {
    Exchange current = exchange;
    boolean isLast = content instanceof LastHttpContent;
    if (isLast && skipLast) {
      skipLast = false;
      content.release();
      return;
    }
    if (current == null) {
      content.release();
      return;
    }
    if (content.decoderResult().isFailure()) {
      content.release();
      persistent = false;
      current.requestBroken(unreadableBody(content.decoderResult().cause()));
      return;
    }
    HttpHeaders trailers = content instanceof LastHttpContent last ? last.trailingHeaders() : null;
    if (trailers != null) {
      requestEnded = true;
      if (trailers.size() > mostFields) {
        content.release();
        persistent = false;
        current.requestBroken(new Failure.RequestRejected(
            431, "too-many-fields", trailers.size() + " trailers (limits.requestFields)"));
        return;
      }
    }
    if (content.content().isReadable()) {
      current.requestBody(content.content());
    } else {
      content.release();
    }
    if (trailers != null) {
      current.requestEnded(ResponseRules.trailers(trailers));
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (decoder.hasKept() && channel.config().isAutoRead()) {
      // Pipelined requests wait; no need to read more of them yet.
      channel.config().setAutoRead(false);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (exchange != null && channel.isWritable()) {
      exchange.downstreamWritable();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      inputClosed();
    } else if (event instanceof SslCloseCompletionEvent) {
      // The engine closes its other direction too: nothing can be answered any more.
      channel.close();
    }
    ctx.fireUserEventTriggered(event);
  }

  private void inputClosed() {
    inputClosed = true;
    if (client.isTls()) {
      // Who leaves without or after close_notify can be told nothing more.
      channel.close();
    } else if (lingering || exchange == null && !decoder.hasKept()) {
      channel.close();
    } else if (exchange != null && !requestEnded) {
      exchange.clientGone("closed within its request");
      channel.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    deadline.remove();
    lingering = true;
    Exchange current = exchange;
    exchange = null;
    if (current != null) {
      current.clientGone("connection closed");
    }
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Exchange current = exchange;
    exchange = null;
    boolean ours = OwnMistake.is(cause);
    if (current != null) {
      current.abandon(
          ours
              ? OwnMistake.failure(cause)
              : new Failure.ClientGone(String.valueOf(cause.getMessage())));
    } else if (ours) {
      client.observer().failed(OwnMistake.failure(cause), "", "", client.serverName());
    }
    channel.close();
  }

  private void timedOut() {
    if (lingering || !headBegun) {
      channel.close();
      return;
    }
    headBegun = false;
    persistent = false;
    requestEnded = false;
    decoder.discardRest();
    RequestHead unknown = new RequestHead(
        RequestHead.Version.HTTP_1_1, "", "", EmptyHttpHeaders.INSTANCE, null, null);
    Exchange refused = new Exchange(client, unknown, this);
    exchange = refused;
    refused.refuse(new Failure.RequestRejected(
        408,
        "head-too-slow",
        "request head not complete within %d ms (timeouts.requestHead)"
            .formatted(Duration.ofNanos(headNanos).toMillis())));
  }

  // ---- to the client

  @Override
  public void writeInformational(ResponseHead head) {
    HttpResponse message =
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, head.status(), head.fields());
    channel.write(message, channel.voidPromise());
    channel.write(LastHttpContent.EMPTY_LAST_CONTENT, channel.voidPromise());
    flushLater();
  }

  @Override
  public void writeHead(ResponseHead head, boolean end) {
    HttpHeaders fields = head.fields();
    chunked = false;
    closeDelimited = false;
    if (head.framing() == Framing.STREAMED) {
      chunked = !http10;
      closeDelimited = http10;
      if (chunked) {
        fields.set(HttpHeaderNames.TRANSFER_ENCODING, HttpHeaderValues.CHUNKED);
      }
    }
    if (!requestEnded || closeDelimited || drainRequested) {
      persistent = false;
    }
    if (!persistent) {
      fields.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    } else if (http10) {
      fields.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.KEEP_ALIVE);
    }
    encoder.nextIsBodiless(head.isBodiless());
    channel.write(
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, head.status(), fields),
        channel.voidPromise());
    flushLater();
    if (end) {
      channel.write(LastHttpContent.EMPTY_LAST_CONTENT, channel.voidPromise());
      exchangeOver();
    }
  }

  @Override
  public void writeBody(ByteBuf content) {
    channel.write(new DefaultHttpContent(content), channel.voidPromise());
    flushLater();
  }

  @Override
  public void writeEnd(HttpHeaders trailers) {
    LastHttpContent last = LastHttpContent.EMPTY_LAST_CONTENT;
    if (chunked && !trailers.isEmpty()) {
      last = new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER);
      last.trailingHeaders().set(trailers);
    }
    channel.write(last, channel.voidPromise());
    flushLater();
    exchangeOver();
  }

  @Override
  public void breakOff(Failure failure) {
    exchange = null;
    lingering = true;
    deadline.clear();
    // What was written before the break goes out; then neither a last chunk nor close_notify.
    channel.flush();
    if (closeDelimited) {
      // Where the end of the body is the end of the connection, only a reset says otherwise.
      channel.config().setOption(ChannelOption.SO_LINGER, 0);
    }
    ChannelHandlerContext tls = channel.pipeline().context(SslHandler.class);
    if (tls == null) {
      channel.close();
    } else {
      tls.close();
    }
  }

  @Override
  public boolean isWritable() {
    return channel.isWritable();
  }

  @Override
  public void readBody(boolean wanted) {
    if (!lingering && channel.config().isAutoRead() != wanted) {
      channel.config().setAutoRead(wanted);
    }
  }

  @Override
  public void bodyTaken(int bytes) {
    // HTTP/1 has no credit: readBody is the only brake.
  }

  @Override
  public boolean maySwitch() {
    return !http10 && requestEnded;
  }

  @Override
  public void switchProtocols(ResponseHead head, UpstreamConnection upstream, String protocol) {
    Exchange over = exchange;
    exchange = null;
    deadline.remove();
    head.fields().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE);
    head.fields().set(HttpHeaderNames.UPGRADE, protocol);
    encoder.nextIsBodiless(true);
    channel.write(new DefaultHttpResponse(HttpVersion.HTTP_1_1, head.status(), head.fields()));
    channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
    if (over != null) {
      tunnelStarter.start(client, channel, upstream, over, protocol);
    }
    // The tunnel's handlers stand at the ends now. The connection goes first, so that the bytes
    // which the decoders give up on removal meet the tunnel and nobody else.
    lingering = true;
    channel.pipeline().remove(this);
    channel.pipeline().remove(encoder);
    upstream.becomeTunnel();
    channel.pipeline().remove(decoder);
    channel.config().setAutoRead(true);
  }

  private void exchangeOver() {
    exchange = null;
    if (!persistent || !requestEnded) {
      closeGently();
      return;
    }
    if (inputClosed && !decoder.hasKept()) {
      closeGently();
      return;
    }
    deadline.setNanos(idleNanos());
    if (!inputClosed) {
      channel.config().setAutoRead(true);
    }
    try {
      decoder.resume(channel.pipeline().context(decoder));
    } catch (Exception cause) {
      exceptionCaught(channel.pipeline().context(this), cause);
    }
  }

  /**
   * Ends our direction and waits a little for the client to end its own: a close with unread bytes
   * would make the kernel send a reset, which may overtake the response.
   */
  private void closeGently() {
    if (lingering) {
      return;
    }
    lingering = true;
    decoder.discardRest();
    deadline.setNanos(LINGER.toNanos());
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ignored -> endOutput());
    channel.config().setAutoRead(true);
  }

  private void endOutput() {
    if (inputClosed || !channel.isActive()) {
      channel.close();
      return;
    }
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls != null) {
      tls.closeOutbound();
      tls.sslCloseFuture().addListener(ignored -> channel.close());
    } else {
      ((DuplexChannel) channel)
          .shutdownOutput()
          .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }
  }

  private void flushLater() {
    if (!flushDue) {
      flushDue = true;
      client.loop().flusher().flushLater(this);
    }
  }

  @Override
  public void flushNow() {
    flushDue = false;
    channel.flush();
  }

  /** The one who joins an upgraded connection and its upstream to a tunnel. */
  @FunctionalInterface
  public interface TunnelStarter {
    /**
     * Joins them.
     *
     * @param over the exchange that asked for the upgrade
     */
    void start(
        ClientConnection client,
        Channel channel,
        UpstreamConnection upstream,
        Exchange over,
        String protocol);
  }
}
