package io.reseal.core.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AsciiString;
import io.reseal.config.Limits;
import io.reseal.core.failure.TlsVerdict;
import io.reseal.core.http.FoldScan;
import io.reseal.core.tls.HelloVerdicts;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The decoder of an upstream's HTTP/1 responses. There is never more than one request under way on
 * a connection, so the method of that one decides whether a response has a body.
 */
final class ResponseDecoder extends HttpResponseDecoder {
  private static final int STATUS_LINE_BYTES = 8 << 10;

  private static final String PREFIX = "HTTP/1.";
  private static final int SHOWN_BYTES = 16;

  /** Bodies pass in the pieces that they were read in. */
  private static final int PIECE_BYTES = 1 << 20;

  private final FieldNames names = new FieldNames();
  private boolean bodiless;
  private boolean begun;
  private boolean expected;
  private boolean atStart = true;
  private boolean lineSeen;

  ResponseDecoder(Limits limits) {
    super(new HttpDecoderConfig()
        .setMaxInitialLineLength(STATUS_LINE_BYTES)
        .setMaxHeaderSize(limits.responseHeadBytes())
        .setMaxChunkSize(PIECE_BYTES)
        // The rules on heads look at every character of every field anyway.
        .setHeadersFactory(DefaultHttpHeadersFactory.headersFactory().withValidation(false)));
  }

  /** Prepares for the response to one request. */
  void expectResponse(boolean toHeadRequest) {
    bodiless = toHeadRequest;
    begun = false;
    expected = true;
    atStart = true;
    lineSeen = false;
  }

  /** Says that no request is under way: whatever comes now is out of turn. */
  void expectNothing() {
    expected = false;
  }

  /** Whether bytes came after the end of the response. */
  boolean hasSurplus() {
    return actualReadableBytes() > 0;
  }

  /** Whether any byte of the expected response has arrived. */
  boolean hasBegun() {
    return begun;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf buffer, List<Object> out)
      throws Exception {
    begun = true;
    if (!expected) {
      buffer.skipBytes(buffer.readableBytes());
      ctx.close();
      return;
    }
    if (atStart) {
      if (!lineSeen && HelloVerdicts.looksLikeTls(buffer)) {
        TlsVerdict verdict = HelloVerdicts.tlsFromUpstream(buffer);
        invalid(new TlsInCleartextException(verdict), buffer, out);
        return;
      }
      String fault = headFault(buffer);
      if (fault != null) {
        invalid(new IllegalArgumentException(fault), buffer, out);
        return;
      }
    }
    int before = buffer.readerIndex();
    super.decode(ctx, buffer, out);
    if (out.isEmpty()) {
      // Whole lines of an unfinished head are taken; what is left starts within it.
      lineSeen |= atStart && buffer.readerIndex() > before;
      return;
    }
    lineSeen = false;
    // Another head may follow an informational one.
    atStart = out.getLast() instanceof LastHttpContent;
  }

  /** What is wrong with a head, as soon as it shows; Netty waits for a line, and unfolds. */
  private @Nullable String headFault(ByteBuf buffer) {
    if (lineSeen) {
      return FoldScan.hasFold(buffer) ? "folded field" : null;
    }
    int known = Math.min(PREFIX.length(), buffer.readableBytes());
    for (int i = 0; i < known; i++) {
      if (buffer.getByte(buffer.readerIndex() + i) != PREFIX.charAt(i)) {
        int shown = Math.min(SHOWN_BYTES, buffer.readableBytes());
        return "not an HTTP/1 response; it starts with the bytes "
            + ByteBufUtil.hexDump(buffer, buffer.readerIndex(), shown);
      }
    }
    return FoldScan.hasFold(buffer) ? "folded field" : null;
  }

  private void invalid(Exception fault, ByteBuf buffer, List<Object> out) {
    buffer.skipBytes(buffer.readableBytes());
    expected = false;
    HttpResponse broken =
        new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.BAD_GATEWAY);
    broken.setDecoderResult(DecoderResult.failure(fault));
    out.add(broken);
  }

  @Override
  protected HttpMessage createMessage(String[] initialLine) {
    names.restart();
    return super.createMessage(initialLine);
  }

  @Override
  protected AsciiString splitHeaderName(byte[] line, int start, int length) {
    if (line[start + length] != ':') {
      // Netty skips blanks before the colon, and even a missing colon, in responses.
      throw new IllegalArgumentException("no colon right after a field name");
    }
    AsciiString name = names.again(line, start, length);
    if (name == null) {
      name = super.splitHeaderName(line, start, length);
      names.note(name);
    }
    return name;
  }

  @Override
  protected String splitThirdWordInitialLine(byte[] line, int start, int length) {
    for (int i = start; i < start + length; i++) {
      if (line[i] >= 0 && line[i] < ' ' && line[i] != '\t' || line[i] == 0x7F) {
        throw new IllegalArgumentException("control character in the reason phrase");
      }
    }
    return super.splitThirdWordInitialLine(line, start, length);
  }

  @Override
  protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
    throw new IllegalArgumentException("both Content-Length and Transfer-Encoding");
  }

  @Override
  protected boolean isContentAlwaysEmpty(HttpMessage message) {
    // Netty reads 16 bytes of "body" after a 101 with the fields of an old WebSocket draft.
    return bodiless
        || ((HttpResponse) message).status().codeClass() == HttpStatusClass.INFORMATIONAL
        || super.isContentAlwaysEmpty(message);
  }

  /** A response that is a TLS record. */
  static final class TlsInCleartextException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final transient TlsVerdict verdict;

    TlsInCleartextException(TlsVerdict verdict) {
      super("not an HTTP/1 response but a TLS record");
      this.verdict = verdict;
    }

    TlsVerdict verdict() {
      return verdict;
    }
  }
}
