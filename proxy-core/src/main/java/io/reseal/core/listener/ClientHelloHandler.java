package io.reseal.core.listener;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.ssl.SslClientHelloHandler;
import io.netty.util.concurrent.Future;
import io.reseal.core.listener.TlsDecision.Refuse;
import io.reseal.core.loop.Deadlines;
import io.reseal.core.loop.Deadlines.Deadline;
import io.reseal.core.tls.ClientHello;
import io.reseal.core.tls.ClientHelloParser;
import io.reseal.core.tls.ParsedHello;
import io.reseal.core.tls.TlsAlert;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first handler of a TLS connection: gathers the ClientHello, bounded in bytes and in time, and
 * asks what to do with it. Whatever it cannot read is refused; "no server name" is only what a
 * readable ClientHello without one says. Confined to its event loop.
 *
 * <p>It holds the bytes as they came; who takes its place, or stands behind it when it leaves, gets
 * them.
 */
public final class ClientHelloHandler extends SslClientHelloHandler<TlsDecision> {
  private static final ClientHello UNREAD = new ClientHello("", List.of(), false, false);

  /** What record headers may add to the hello; records of a byte or two are an attack. */
  private static final int RECORD_OVERHEAD_BYTES = 2 << 10;

  private static final byte[] PLAIN_HTTP_ANSWER =
      ("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 52\r\n"
              + "Connection: close\r\n\r\nThis port speaks TLS; the request came in cleartext.")
          .getBytes(StandardCharsets.US_ASCII);

  private final int mostRawBytes;
  private final long acceptedNanos = System.nanoTime();
  private final Duration timeout;
  private final Decider decider;
  private final Sink sink;
  private final Deadline deadline;

  private @Nullable ByteBuf raw;
  private ClientHello hello = UNREAD;
  private boolean finished;
  private boolean refused;
  private @Nullable ChannelHandlerContext context;

  /**
   * @param mostBytes the largest ClientHello
   * @param timeout from now to the end of the handshake
   */
  public ClientHelloHandler(
      int mostBytes, Duration timeout, Deadlines deadlines, Decider decider, Sink sink) {
    super(mostBytes);
    this.mostRawBytes = mostBytes + RECORD_OVERHEAD_BYTES;
    this.timeout = timeout;
    this.decider = decider;
    this.sink = sink;
    this.deadline = deadlines.register(this::timedOut);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    context = ctx;
    deadline.setNanos(timeout.toNanos());
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) throws Exception {
    deadline.remove();
    super.handlerRemoved0(ctx);
  }

  /** What is left of the handshake's time, at least one millisecond. */
  public long remainingMillis() {
    long spent = (System.nanoTime() - acceptedNanos) / 1_000_000;
    return Math.max(1, timeout.toMillis() - spent);
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
    if (finished) {
      if (refused) {
        in.skipBytes(in.readableBytes());
      }
      return;
    }
    raw = in;
    super.decode(ctx, in, out);
    if (!finished && in.readableBytes() > mostRawBytes) {
      finish(ctx, new Refuse(TlsAlert.RECORD_OVERFLOW, "client-hello-too-large", limit()));
    }
  }

  @Override
  protected Future<TlsDecision> lookup(ChannelHandlerContext ctx, @Nullable ByteBuf message) {
    return ctx.executor().newSucceededFuture(decide(ctx, message));
  }

  private TlsDecision decide(ChannelHandlerContext ctx, @Nullable ByteBuf message) {
    if (message == null) {
      return new Refuse(
          TlsAlert.UNEXPECTED_MESSAGE,
          isPlainHttp() ? "plaintext-on-tls-port" : "not-a-client-hello",
          firstBytes());
    }
    return switch (ClientHelloParser.parse(message)) {
      case ParsedHello.Ok(ClientHello parsed) -> {
        hello = parsed;
        yield decider.decide(parsed);
      }
      case ParsedHello.Malformed(String reason, int alert) ->
        new Refuse(alert, "malformed-client-hello", reason);
    };
  }

  @Override
  protected void onLookupComplete(ChannelHandlerContext ctx, Future<TlsDecision> future) {
    finish(ctx, future.getNow());
  }

  private void finish(ChannelHandlerContext ctx, TlsDecision decision) {
    if (finished) {
      return;
    }
    finished = true;
    deadline.clear();
    if (decision instanceof Refuse refuse) {
      refused = true;
      boolean plain = isPlainHttp();
      sink.decided(ctx, decision, hello);
      if (refuse.alert() == TlsAlert.CLOSE_NOTIFY) {
        // Silence is answered with silence.
        ctx.close();
        return;
      }
      ByteBuf answer = plain
          ? Unpooled.wrappedBuffer(PLAIN_HTTP_ANSWER)
          : TlsAlert.fatalRecord(ctx.alloc(), refuse.alert());
      ctx.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
    } else {
      sink.decided(ctx, decision, hello);
    }
  }

  private void timedOut() {
    ChannelHandlerContext ctx = context;
    if (ctx != null && !finished) {
      finish(
          ctx,
          new Refuse(
              TlsAlert.CLOSE_NOTIFY,
              "client-hello-timeout",
              "no complete ClientHello within " + timeout.toMillis() + " ms"));
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event instanceof ChannelInputShutdownEvent && !finished) {
      // Nobody is left who could finish the hello.
      finished = true;
      ctx.close();
    }
    super.userEventTriggered(ctx, event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (!finished) {
      finished = true;
      refused = true;
      String token =
          cause instanceof TooLongFrameException ? "client-hello-too-large" : "not-a-client-hello";
      String detail = String.valueOf(cause.getMessage());
      sink.decided(ctx, new Refuse(TlsAlert.DECODE_ERROR, token, detail), hello);
    }
    ctx.close();
  }

  private String limit() {
    return "more than " + mostRawBytes + " bytes (limits.clientHelloBytes)";
  }

  /** Whether the first byte is one that a request line starts with and no TLS record does. */
  private boolean isPlainHttp() {
    ByteBuf in = raw;
    if (in == null || in.refCnt() == 0 || !in.isReadable()) {
      return false;
    }
    int first = in.getByte(in.readerIndex());
    return first >= 'A' && first <= 'Z';
  }

  private String firstBytes() {
    ByteBuf in = raw;
    if (in == null || in.refCnt() == 0) {
      return "no bytes";
    }
    int shown = Math.min(16, in.readableBytes());
    return "first bytes " + io.netty.buffer.ByteBufUtil.hexDump(in, in.readerIndex(), shown);
  }

  /** The one who knows what to do with a readable ClientHello. */
  @FunctionalInterface
  public interface Decider {
    TlsDecision decide(ClientHello hello);
  }

  /**
   * The one who carries a decision out. For a refusal it only takes note: the handler itself sends
   * the alert and closes.
   */
  @FunctionalInterface
  public interface Sink {
    void decided(ChannelHandlerContext ctx, TlsDecision decision, ClientHello hello);
  }
}
