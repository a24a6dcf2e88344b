package io.reseal.core.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpStatusClass;
import io.reseal.config.Limits;
import java.util.List;

/**
 * The decoder of an upstream's HTTP/1 responses. There is never more than one request under way on
 * a connection, so the method of that one decides whether a response has a body.
 */
final class ResponseDecoder extends HttpResponseDecoder {
  private static final int STATUS_LINE_BYTES = 8 << 10;

  /** Bodies pass in the pieces that they were read in. */
  private static final int PIECE_BYTES = 1 << 20;

  private boolean bodiless;
  private boolean begun;

  ResponseDecoder(Limits limits) {
    super(new HttpDecoderConfig()
        .setMaxInitialLineLength(STATUS_LINE_BYTES)
        .setMaxHeaderSize(limits.responseHeadBytes())
        .setMaxChunkSize(PIECE_BYTES));
  }

  /** Prepares for the response to one request. */
  void expectResponse(boolean toHeadRequest) {
    bodiless = toHeadRequest;
    begun = false;
  }

  /** Whether any byte of the expected response has arrived. */
  boolean hasBegun() {
    return begun;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf buffer, List<Object> out)
      throws Exception {
    begun = true;
    super.decode(ctx, buffer, out);
  }

  @Override
  protected boolean isContentAlwaysEmpty(HttpMessage message) {
    // Netty reads 16 bytes of "body" after a 101 with the fields of an old WebSocket draft.
    return bodiless
        || ((HttpResponse) message).status().codeClass() == HttpStatusClass.INFORMATIONAL
        || super.isContentAlwaysEmpty(message);
  }
}
