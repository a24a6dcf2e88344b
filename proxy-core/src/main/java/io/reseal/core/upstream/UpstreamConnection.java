package io.reseal.core.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.reseal.core.failure.Failure;
import io.reseal.core.failure.Failure.UpstreamFault;
import io.reseal.core.failure.OwnMistake;
import io.reseal.core.failure.TlsVerdict;
import io.reseal.core.loop.Deadlines.Deadline;
import io.reseal.core.loop.LoopFlusher;
import io.reseal.core.observe.UpstreamFacts;
import io.reseal.core.tls.HandshakeVerdicts;
import io.reseal.core.upstream.ResponseDecoder.TlsInCleartextException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * A connection to one endpoint that carries one HTTP/1.1 exchange at a time. The last handler of
 * its pipeline, and the leaseholder's handle on it.
 *
 * <p>Confined to its event loop. Between exchanges it belongs to its {@link UpstreamPool}; from
 * {@link UpstreamPool#acquire} until {@link #release} or {@link #discard} to one exchange.
 */
public final class UpstreamConnection extends ChannelInboundHandlerAdapter
    implements LoopFlusher.Flushable {
  private final UpstreamPool pool;
  private final Lane lane;
  private final Channel channel;
  private final String host;
  private final UpstreamFacts facts;
  private final ResponseDecoder decoder;
  private final LoopFlusher flusher;
  private final Deadline idleDeadline;
  private final long openedAtNanos = System.nanoTime();

  private @Nullable ResponseListener listener;
  private @Nullable HttpResponse heldHead;
  private boolean flushDue;
  private boolean reused;
  private boolean requestEnded;
  private boolean headSeen;
  private boolean closedCleanly;
  private boolean switching;
  private boolean tunnelled;
  private boolean writeFailed;
  private boolean untilClose;
  private boolean closes;
  private boolean idle;
  private boolean reading;
  private boolean returning;

  /** A failed write ends the request body only: the reason may stand in the response. */
  private final ChannelFutureListener onBodyWritten =
      future -> writeFailed = writeFailed || !future.isSuccess();

  UpstreamConnection(
      UpstreamPool pool,
      Lane lane,
      Channel channel,
      ResponseDecoder decoder,
      String host,
      UpstreamFacts facts) {
    this.host = host;
    this.facts = facts;
    this.pool = pool;
    this.lane = lane;
    this.channel = channel;
    this.decoder = decoder;
    this.flusher = pool.loop().flusher();
    this.idleDeadline = pool.loop().deadlines().register(this::discard);
    this.closedCleanly = pool.plan().protection() != UpstreamPlan.Protection.TLS;
  }

  public Channel channel() {
    return channel;
  }

  /** The endpoint as {@code host:port}. */
  public String endpoint() {
    return lane.endpoint().text();
  }

  /** What is known of it. */
  public UpstreamFacts facts() {
    return facts;
  }

  /** Whether an earlier exchange used this connection. */
  public boolean isReused() {
    return reused;
  }

  Lane lane() {
    return lane;
  }

  long openedAtNanos() {
    return openedAtNanos;
  }

  Deadline idleDeadline() {
    return idleDeadline;
  }

  /** The request host that this connection was made for. */
  String host() {
    return host;
  }

  void becameIdle() {
    idle = true;
  }

  void leftIdle() {
    idle = false;
    idleDeadline.clear();
  }

  /**
   * Sends a request's head; it goes out with the flush of this loop turn.
   *
   * @param endOfRequest whether nothing follows
   */
  public void send(HttpRequest request, boolean endOfRequest, ResponseListener responseListener) {
    assert channel.eventLoop().inEventLoop();
    listener = responseListener;
    requestEnded = endOfRequest;
    headSeen = false;
    untilClose = false;
    heldHead = null;
    decoder.expectResponse(request.method().name().equals("HEAD"));
    if (endOfRequest) {
      channel.write(request, channel.voidPromise());
      channel.write(LastHttpContent.EMPTY_LAST_CONTENT, channel.voidPromise());
    } else {
      channel.write(request).addListener(onBodyWritten);
    }
    flushLater();
  }

  /** Sends a piece of the request body, taking it over. */
  public void sendBody(ByteBuf content) {
    if (writeFailed || !channel.isActive()) {
      // The upstream stopped listening; what it has to say about that may still arrive.
      content.release();
      return;
    }
    channel.write(new DefaultHttpContent(content)).addListener(onBodyWritten);
    flushLater();
  }

  /** Ends the request. */
  public void sendEnd(HttpHeaders trailers) {
    requestEnded = true;
    if (writeFailed || !channel.isActive()) {
      return;
    }
    LastHttpContent last = LastHttpContent.EMPTY_LAST_CONTENT;
    if (!trailers.isEmpty()) {
      last = new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER);
      last.trailingHeaders().set(trailers);
    }
    channel.write(last).addListener(onBodyWritten);
    flushLater();
  }

  /** Whether more of the request body should be sent now. */
  public boolean isWritable() {
    return channel.isWritable() || writeFailed;
  }

  /** Stops or resumes reading the response. */
  public void readResponse(boolean wanted) {
    if (channel.config().isAutoRead() != wanted) {
      channel.config().setAutoRead(wanted);
    }
  }

  /** The response's end is the connection's end. */
  public void expectUntilClose() {
    untilClose = true;
  }

  /** Whether the whole request was handed over. */
  public boolean isRequestEnded() {
    return requestEnded;
  }

  /** Gives the connection back after a complete exchange, for the next one. */
  public void release() {
    listener = null;
    if (!requestEnded || writeFailed || untilClose || closes || !channel.isActive()) {
      discard();
      return;
    }
    reused = true;
    readResponse(true);
    if (reading) {
      // What the upstream may have sent beyond its response must not meet the next request.
      returning = true;
    } else {
      giveBack();
    }
  }

  private void giveBack() {
    if (!channel.isActive() || decoder.hasSurplus()) {
      discard();
      return;
    }
    decoder.expectNothing();
    pool.giveBack(this);
  }

  /** Gives a connection back that was acquired and not used. */
  public void releaseUnused() {
    requestEnded = true;
    giveBack();
  }

  /** Closes the connection, whatever its state. */
  public void discard() {
    listener = null;
    returning = false;
    channel.close();
  }

  /**
   * Takes the HTTP codec off the pipeline and leaves the bare connection to a tunnel, whose handler
   * must already be at the pipeline's end; bytes that were read too far go to it.
   */
  public void becomeTunnel() {
    tunnelled = true;
    listener = null;
    idleDeadline.remove();
    channel.pipeline().remove(this);
    channel.pipeline().remove(RequestEncoder.class);
    channel.pipeline().remove(decoder);
    channel.config().setAutoRead(true);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    reading = true;
    ResponseListener current = listener;
    if (current == null) {
      // Bytes that nobody asked for: a desynchronised or hostile upstream.
      ReferenceCountUtil.release(message);
      discard();
      return;
    }
    if (message instanceof HttpObject object && object.decoderResult().isFailure()) {
      ReferenceCountUtil.release(message);
      invalid(object.decoderResult().cause());
      return;
    }
    HttpResponse held = heldHead;
    if (held != null && message instanceof HttpContent content) {
      heldHead = null;
      TlsVerdict verdict = TlsPortReply.verdict(content.content());
      if (verdict != null) {
        content.release();
        failTls(verdict);
        return;
      }
      current.responseHead(held);
      if (listener != current) {
        content.release();
        return;
      }
    }
    if (message instanceof HttpResponse response) {
      switching = response.status().code() == 101;
      headSeen = switching || response.status().code() >= 200;
      closes = headSeen && !HttpUtil.isKeepAlive(response);
      if (response.status().code() == 400 && isCleartext() && !reused) {
        // It may say that the port speaks TLS; that shows with the first piece of the body.
        heldHead = response;
        return;
      }
      current.responseHead(response);
      return;
    }
    if (message instanceof LastHttpContent last) {
      ended(current, last);
    } else if (message instanceof HttpContent content) {
      current.responseBody(content.content());
    } else {
      ReferenceCountUtil.release(message);
    }
  }

  private void ended(ResponseListener current, LastHttpContent last) {
    if (!headSeen) {
      // The end of an informational response.
      last.release();
      return;
    }
    if (untilClose && !closedCleanly) {
      last.release();
      fail(broken(UpstreamFault.CLOSED_IN_BODY, "connection closed without close_notify"));
      return;
    }
    if (last.content().isReadable()) {
      current.responseBody(last.content());
    } else {
      last.release();
    }
    if (listener != current) {
      return;
    }
    if (switching) {
      current.upgraded();
    } else {
      current.responseEnded(last.trailingHeaders());
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    reading = false;
    if (returning) {
      returning = false;
      giveBack();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    ResponseListener current = listener;
    if (current != null && channel.isWritable()) {
      current.upstreamWritable();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslCloseCompletionEvent close && close.isSuccess()) {
      closedCleanly = true;
    }
    ctx.fireUserEventTriggered(event);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    if (idle) {
      leftIdle();
      lane.forget(this);
    }
    UpstreamFault fault = !decoder.hasBegun()
        ? UpstreamFault.CLOSED_BEFORE_RESPONSE
        : headSeen ? UpstreamFault.CLOSED_IN_BODY : UpstreamFault.CLOSED_IN_HEAD;
    fail(broken(fault, closed()));
    ctx.fireChannelInactive();
  }

  private String closed() {
    boolean unanswered = isCleartext() && !reused && !decoder.hasBegun();
    return unanswered
        ? "connection closed by the upstream without a byte; where the port speaks TLS, use"
            + " reencrypt in place of offload"
        : "connection closed by the upstream";
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (OwnMistake.is(cause)) {
      fail(OwnMistake.failure(cause));
      return;
    }
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls != null && !reused && !decoder.hasBegun() && isTlsFault(cause)) {
      // Over TLS 1.3 an upstream refuses us only after our side of the handshake is done.
      failTls(HandshakeVerdicts.upstream(cause, tls));
      return;
    }
    UpstreamFault fault = !decoder.hasBegun()
        ? UpstreamFault.CLOSED_BEFORE_RESPONSE
        : headSeen ? UpstreamFault.CLOSED_IN_BODY : UpstreamFault.CLOSED_IN_HEAD;
    fail(broken(fault, String.valueOf(cause.getMessage())));
  }

  private static boolean isTlsFault(Throwable cause) {
    return cause instanceof SSLException || cause.getCause() instanceof SSLException;
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    idleDeadline.remove();
  }

  private void invalid(Throwable cause) {
    if (cause instanceof TlsInCleartextException tls && isCleartext()) {
      failTls(tls.verdict());
      return;
    }
    // Of a body trailers alone have a limit; a line too long is no line between chunks.
    boolean tooLong = headSeen
        ? cause instanceof TooLongHttpHeaderException
        : cause instanceof TooLongFrameException;
    fail(broken(
        tooLong ? UpstreamFault.HEAD_TOO_LARGE : UpstreamFault.INVALID_RESPONSE,
        String.valueOf(cause.getMessage())));
  }

  /** A failure of TLS that shows only once the connection is in use. */
  private void failTls(TlsVerdict verdict) {
    Failure failure = new Failure.TlsFailed(verdict, pool.plan().name(), endpoint());
    pool.loop().observer().upstreamConnectFailed(pool.plan().name(), endpoint(), failure);
    fail(failure);
  }

  private boolean isCleartext() {
    return pool.plan().protection() == UpstreamPlan.Protection.CLEARTEXT;
  }

  private Failure broken(UpstreamFault fault, String detail) {
    return new Failure.UpstreamBroken(fault, pool.plan().name(), endpoint(), detail);
  }

  private void fail(Failure failure) {
    ResponseListener current = listener;
    listener = null;
    boolean begun = decoder.hasBegun();
    if (!tunnelled) {
      channel.close();
    }
    if (current != null) {
      current.upstreamFailed(failure, begun);
    }
  }

  private void flushLater() {
    if (!flushDue) {
      flushDue = true;
      flusher.flushLater(this);
    }
  }

  @Override
  public void flushNow() {
    flushDue = false;
    channel.flush();
  }

  /** Whether TLS protects this connection. */
  public boolean isTls() {
    return channel.pipeline().get(SslHandler.class) != null;
  }
}
