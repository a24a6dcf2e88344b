package io.reseal.core.pipeline;

import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;

/** The step from a finished TLS handshake to the HTTP version that ALPN chose. */
final class AlpnHandler extends ApplicationProtocolNegotiationHandler {
  private final PipelineAssembler assembler;
  private final TerminatedConnection connection;
  private final long startedNanos = System.nanoTime();

  AlpnHandler(PipelineAssembler assembler, TerminatedConnection connection) {
    // Who offers no ALPN speaks HTTP/1.1 (RFC 7301 leaves it to the application).
    super(ApplicationProtocolNames.HTTP_1_1);
    this.assembler = assembler;
    this.connection = connection;
  }

  @Override
  protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
    TerminatedConnection shaken =
        assembler.shookHands(ctx.channel(), connection, System.nanoTime() - startedNanos);
    if (ApplicationProtocolNames.HTTP_2.equals(protocol)) {
      assembler.addHttp2(ctx.channel(), shaken);
    } else {
      assembler.addHttp1(ctx.channel(), shaken);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event instanceof SslHandshakeCompletionEvent completion && !completion.isSuccess()) {
      assembler.handshakeFailed(ctx.channel(), connection, completion.cause());
    }
    super.userEventTriggered(ctx, event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // The SslHandler reports a failed handshake both ways; the event has told it.
    ctx.close();
  }
}
