package io.reseal.core.pipeline;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * The only handler of a connection to an upstream until its pipeline is put together; after
 * that it passes everything on. Shared by the connections of one event loop.
 */
@Sharable
public final class UnassembledHandler extends ChannelInboundHandlerAdapter {
  private final OpenConnections open;

  public UnassembledHandler(OpenConnections open) {
    this.open = open;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    open.addUpstream(ctx.channel());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    if (ctx.pipeline().last() != this) {
      ctx.fireExceptionCaught(cause);
      return;
    }
    // Whoever connects learns of it by the promise of the connection or of its handshake.
    ctx.close();
  }
}
