package io.reseal.core.pipeline;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ApplicationProtocolNegotiationHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.nio.channels.ClosedChannelException;

/** The step from a finished TLS handshake to the HTTP version that ALPN chose. */
final class AlpnHandler extends ApplicationProtocolNegotiationHandler {
  private final PipelineAssembler assembler;
  private final TerminatedConnection connection;
  private final PlainAlertHandler alerts;
  private boolean told;
  private final long startedNanos = System.nanoTime();

  AlpnHandler(
      PipelineAssembler assembler, TerminatedConnection connection, PlainAlertHandler alerts) {
    // Who offers no ALPN speaks HTTP/1.1 (RFC 7301 leaves it to the application).
    super(ApplicationProtocolNames.HTTP_1_1);
    this.assembler = assembler;
    this.connection = connection;
    this.alerts = alerts;
  }

  @Override
  protected void configurePipeline(ChannelHandlerContext ctx, String protocol) {
    ctx.pipeline().remove(alerts);
    assembler.shookHands(ctx.channel(), System.nanoTime() - startedNanos);
    if (ApplicationProtocolNames.HTTP_2.equals(protocol)) {
      assembler.addHttp2(ctx.channel(), connection);
    } else {
      assembler.addHttp1(ctx.channel(), connection);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event instanceof SslHandshakeCompletionEvent handshake && !handshake.isSuccess()) {
      // Netty's own way to tell of it, by exceptionCaught, leaves out ends without an exception.
      failed(ctx, handshake.cause());
    } else if (event instanceof ChannelInputShutdownEvent) {
      // Nobody is left who could finish the handshake.
      failed(ctx, new ClosedChannelException());
    } else {
      super.userEventTriggered(ctx, event);
    }
  }

  private void failed(ChannelHandlerContext ctx, Throwable cause) {
    if (!told) {
      told = true;
      assembler.handshakeFailed(ctx.channel(), connection, cause, alerts.alert());
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // The SslHandler reports a failed handshake both ways; the event has told it.
    ctx.close();
  }
}
