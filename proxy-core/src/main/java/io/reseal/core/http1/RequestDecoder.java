package io.reseal.core.http1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.reseal.config.Limits;
import io.reseal.core.http.FoldScan;
import io.reseal.core.tls.HelloVerdicts;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The decoder of a client's HTTP/1 requests, one at a time: after a request's end it keeps further
 * bytes undecoded until {@link #resume}. So pipelined requests wait as bytes, bounded by one read,
 * and what follows an upgrade request is never taken for HTTP.
 *
 * <p>Closes two gaps of Netty's decoder: separators other than one space in the request line, and
 * more than one empty line before it (RFC 9112 section 2.2).
 */
final class RequestDecoder extends HttpRequestDecoder {
  private static final int PIECE_BYTES = 1 << 20;
  private static final String TLS =
      "the bytes of the request are a TLS handshake, and this listener speaks cleartext";
  private static final byte SPACE = ' ';
  private static final byte CR = '\r';
  private static final byte LF = '\n';

  private final Runnable onHeadBegun;
  private boolean held;
  private boolean discarding;
  private boolean decoding;
  private final ChunkScan chunks = new ChunkScan();
  private boolean atStart = true;
  private boolean inHead = true;
  private boolean inChunks;
  private boolean emptyLineSeen;
  private int wordEnd;

  /**
   * @param onHeadBegun called at the first byte of each request
   */
  RequestDecoder(Limits limits, Runnable onHeadBegun) {
    super(new HttpDecoderConfig()
        // Method, version and separators fit beside the longest target.
        .setMaxInitialLineLength(limits.requestTargetBytes() + 64)
        .setMaxHeaderSize(limits.requestHeadBytes())
        .setMaxChunkSize(PIECE_BYTES)
        // The rules on heads look at every character of every field anyway.
        .setHeadersFactory(DefaultHttpHeadersFactory.headersFactory().withValidation(false)));
    this.onHeadBegun = onHeadBegun;
  }

  /** Goes on with the next request; decodes what was kept. */
  void resume(ChannelHandlerContext ctx) throws Exception {
    held = false;
    if (!decoding && actualReadableBytes() > 0) {
      // Inside a decoding loop the loop goes on by itself, so pipelining needs no recursion.
      channelRead(ctx, Unpooled.EMPTY_BUFFER);
    }
  }

  /** Whether bytes wait for {@link #resume}. */
  boolean hasKept() {
    return held && actualReadableBytes() > 0;
  }

  /** Throws away whatever comes from here on. */
  void discardRest() {
    discarding = true;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
    decoding = true;
    try {
      super.channelRead(ctx, message);
    } finally {
      decoding = false;
    }
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf buffer, List<Object> out)
      throws Exception {
    if (discarding) {
      buffer.skipBytes(buffer.readableBytes());
      return;
    }
    if (held) {
      return;
    }
    if (atStart && !skipEmptyLine(buffer, out)) {
      return;
    }
    String fault = fault(buffer);
    if (fault != null) {
      refuse(fault, out);
      return;
    }
    int before = buffer.readerIndex();
    super.decode(ctx, buffer, out);
    if (inChunks) {
      chunks.after(buffer.readerIndex() - before);
    }
    if (!out.isEmpty()) {
      noteDecoded(out);
    }
  }

  private @Nullable String fault(ByteBuf buffer) {
    if (inHead) {
      return FoldScan.hasFold(buffer) ? "folded field" : null;
    }
    return inChunks ? chunks.before(buffer) : null;
  }

  /** Puts what an unreadable request looks like to the connection behind, and reads no more. */
  private void refuse(String fault, List<Object> out) {
    discarding = true;
    DecoderResult failure = DecoderResult.failure(new IllegalArgumentException(fault));
    if (inHead) {
      HttpRequest invalid =
          new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/bad-request");
      invalid.setDecoderResult(failure);
      out.add(invalid);
    } else {
      LastHttpContent invalid = new DefaultLastHttpContent(Unpooled.EMPTY_BUFFER);
      invalid.setDecoderResult(failure);
      out.add(invalid);
    }
  }

  private void noteDecoded(List<Object> out) {
    if (inHead && out.getFirst() instanceof HttpRequest request) {
      inHead = false;
      inChunks = HttpUtil.isTransferEncodingChunked(request);
      chunks.begin();
    }
    if (out.getLast() instanceof LastHttpContent) {
      held = true;
      atStart = true;
      inHead = true;
      inChunks = false;
      emptyLineSeen = false;
    }
  }

  @Override
  protected void decodeLast(ChannelHandlerContext ctx, ByteBuf buffer, List<Object> out)
      throws Exception {
    if (!held && !discarding) {
      super.decodeLast(ctx, buffer, out);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (held && event instanceof ChannelInputShutdownEvent) {
      // Netty would throw the kept requests away; whoever half-closed still waits for answers.
      ctx.fireUserEventTriggered(event);
      return;
    }
    super.userEventTriggered(ctx, event);
  }

  /** Whether a request's first byte is there. */
  private boolean skipEmptyLine(ByteBuf buffer, List<Object> out) {
    int first = buffer.getByte(buffer.readerIndex());
    if (HelloVerdicts.looksLikeTls(buffer)) {
      refuse(TLS, out);
      return false;
    }
    if (first != CR && first != LF) {
      atStart = false;
      onHeadBegun.run();
      return true;
    }
    if (first == CR && !emptyLineSeen) {
      if (buffer.readableBytes() < 2) {
        return false;
      }
      if (buffer.getByte(buffer.readerIndex() + 1) == LF) {
        emptyLineSeen = true;
        buffer.skipBytes(2);
        return buffer.isReadable() && skipEmptyLine(buffer, out);
      }
    }
    refuse("empty lines before the request line", out);
    return false;
  }

  @Override
  protected String splitFirstWordInitialLine(byte[] line, int start, int length) {
    requireSeparator(start == 0, "before the method");
    wordEnd = start + length;
    return super.splitFirstWordInitialLine(line, start, length);
  }

  @Override
  protected String splitSecondWordInitialLine(byte[] line, int start, int length) {
    requireSeparator(start == wordEnd + 1 && line[wordEnd] == SPACE, "after the method");
    wordEnd = start + length;
    return super.splitSecondWordInitialLine(line, start, length);
  }

  @Override
  protected String splitThirdWordInitialLine(byte[] line, int start, int length) {
    requireSeparator(start == wordEnd + 1 && line[wordEnd] == SPACE, "after the target");
    String version = super.splitThirdWordInitialLine(line, start, length);
    if (!version.startsWith("HTTP/")) {
      // Netty takes it in any case.
      throw new IllegalArgumentException("version does not start with HTTP/");
    }
    return version;
  }

  private static void requireSeparator(boolean isSingleSpace, String where) {
    if (!isSingleSpace) {
      throw new IllegalArgumentException("request line: not a single space " + where);
    }
  }

  @Override
  protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
    throw new IllegalArgumentException("both Content-Length and Transfer-Encoding");
  }

  /** Whether a decoder failure means that the client speaks TLS. */
  static boolean isTls(Throwable cause) {
    return TLS.equals(cause.getMessage());
  }

  /** Whether a decoder failure means that the fields are too long. */
  static boolean isHeadTooLong(Throwable cause) {
    return cause instanceof TooLongHttpHeaderException;
  }

  /** Whether a decoder failure means that the request target is too long. */
  static boolean isLineTooLong(Throwable cause) {
    return cause instanceof TooLongHttpLineException;
  }
}
