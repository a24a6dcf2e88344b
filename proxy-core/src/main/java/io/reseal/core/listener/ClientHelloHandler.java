package io.reseal.core.listener;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslClientHelloHandler;
import io.netty.util.concurrent.Future;
import io.reseal.core.listener.TlsDecision.Refuse;
import io.reseal.core.loop.Deadlines;
import io.reseal.core.loop.Deadlines.Deadline;
import io.reseal.core.tls.ClientHello;
import io.reseal.core.tls.ClientHelloParser;
import io.reseal.core.tls.HelloVerdicts;
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

  private static final int RECORD_HEADER_BYTES = 5;
  private static final int HANDSHAKE = 22;
  private static final int TLS_MAJOR = 3;

  /** What record headers may add to the hello; records of a byte or two are an attack. */
  private static final int RECORD_OVERHEAD_BYTES = 2 << 10;

  /** Of the methods that exist, the longest are of this length or shorter. */
  private static final int LONGEST_METHOD = 16;

  private static final String PLAIN_HTTP_BODY = """
      400 This port speaks TLS; the request came in cleartext
      reason: plaintext_on_tls_port
      advice: Use https:// in place of http:// for this address.
      """;

  private static final byte[] PLAIN_HTTP_ANSWER =
      ("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
              + PLAIN_HTTP_BODY.length() + "\r\nCache-Control: no-store\r\nConnection: close\r\n"
              + "Proxy-Status: reseal; error=http_request_error;"
              + " details=\"plaintext_on_tls_port\"\r\n\r\n" + PLAIN_HTTP_BODY)
          .getBytes(StandardCharsets.US_ASCII);

  /** How long a refused client may take to close. */
  private static final Duration LINGER = Duration.ofSeconds(1);

  private final int mostBytes;
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
    // Of Netty's own limit the connection would be closed before it got an answer.
    super(MAX_CLIENT_HELLO_LENGTH);
    this.mostBytes = mostBytes;
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
    if (announcedBytes(in) > mostBytes) {
      finish(ctx, new Refuse(TlsAlert.RECORD_OVERFLOW, HelloVerdicts.tooLarge(mostBytes)));
      return;
    }
    super.decode(ctx, in, out);
    if (!finished && in.readableBytes() > mostRawBytes) {
      finish(ctx, new Refuse(TlsAlert.RECORD_OVERFLOW, HelloVerdicts.tooLarge(mostBytes)));
    }
  }

  /** The length that the handshake message gives itself, where its first record has all of it. */
  private static int announcedBytes(ByteBuf in) {
    int start = in.readerIndex();
    boolean whole = in.readableBytes() >= RECORD_HEADER_BYTES + 4
        && in.getByte(start) == HANDSHAKE
        && in.getByte(start + 1) == TLS_MAJOR
        && in.getUnsignedShort(start + 3) >= 4;
    return whole ? in.getUnsignedMedium(start + RECORD_HEADER_BYTES + 1) : 0;
  }

  @Override
  protected Future<TlsDecision> lookup(ChannelHandlerContext ctx, @Nullable ByteBuf message) {
    return ctx.executor().newSucceededFuture(decide(ctx, message));
  }

  private TlsDecision decide(ChannelHandlerContext ctx, @Nullable ByteBuf message) {
    if (message == null) {
      return new Refuse(
          TlsAlert.UNEXPECTED_MESSAGE,
          isPlainHttp() && raw != null
              ? HelloVerdicts.plainHttp(raw)
              : HelloVerdicts.noClientHello(firstBytes()));
    }
    if (message.readableBytes() > mostBytes) {
      return new Refuse(TlsAlert.RECORD_OVERFLOW, HelloVerdicts.tooLarge(mostBytes));
    }
    return switch (ClientHelloParser.parse(message)) {
      case ParsedHello.Ok(ClientHello parsed) -> {
        hello = parsed;
        yield decider.decide(parsed);
      }
      case ParsedHello.Malformed(String reason, int alert) ->
        new Refuse(alert, HelloVerdicts.malformed(reason));
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
      ctx.writeAndFlush(answer).addListener(written -> linger(ctx, written.isSuccess()));
    } else {
      sink.decided(ctx, decision, hello);
    }
  }

  /**
   * Waits for the client to end its side, and drops what it still sends: closing with bytes unread
   * would reset the connection, and the answer would be lost on its way.
   */
  private void linger(ChannelHandlerContext ctx, boolean answered) {
    if (answered && ctx.channel() instanceof DuplexChannel channel && channel.isActive()) {
      deadline.setNanos(LINGER.toNanos());
      channel.shutdownOutput();
    } else {
      ctx.close();
    }
  }

  private void timedOut() {
    ChannelHandlerContext ctx = context;
    if (ctx != null && refused) {
      ctx.close();
    } else if (ctx != null && !finished) {
      finish(ctx, new Refuse(TlsAlert.CLOSE_NOTIFY, HelloVerdicts.timedOut(timeout)));
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event instanceof ChannelInputShutdownEvent && (!finished || refused)) {
      // Nobody is left who could finish the hello, or who waits for more than our answer.
      finished = true;
      ctx.close();
    }
    super.userEventTriggered(ctx, event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (finished) {
      ctx.close();
      return;
    }
    String what = String.valueOf(cause.getMessage());
    finish(ctx, new Refuse(TlsAlert.DECODE_ERROR, HelloVerdicts.noClientHello(what)));
  }

  /** Whether the first bytes are, or begin, the method of a request line. */
  private boolean isPlainHttp() {
    ByteBuf in = raw;
    if (in == null || in.refCnt() == 0 || !in.isReadable()) {
      return false;
    }
    int most = Math.min(LONGEST_METHOD, in.readableBytes());
    for (int i = 0; i < most; i++) {
      int each = in.getByte(in.readerIndex() + i);
      if (each < 'A' || each > 'Z') {
        return i > 0 && each == ' ';
      }
    }
    return true;
  }

  private String firstBytes() {
    ByteBuf in = raw;
    return in == null || in.refCnt() == 0 ? "none" : HelloVerdicts.shown(in);
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
