package io.reseal.core.tunnel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;

/** One side of a {@link Tunnel}: reads from its channel and writes to the other side's. */
final class TunnelHandler extends ChannelInboundHandlerAdapter {
  private final Tunnel tunnel;
  private final Channel channel;
  private final TunnelEnd orderlyEnd;
  private final TunnelEnd reset;
  private TunnelHandler other = this;
  private long bytesRead;
  private boolean inputEnded;
  private boolean outputEnded;
  private boolean failed;

  TunnelHandler(Tunnel tunnel, Channel channel, TunnelEnd orderlyEnd, TunnelEnd reset) {
    this.tunnel = tunnel;
    this.channel = channel;
    this.orderlyEnd = orderlyEnd;
    this.reset = reset;
  }

  void joinWith(TunnelHandler peer) {
    other = peer;
    peer.other = this;
  }

  Channel channel() {
    return channel;
  }

  long bytesRead() {
    return bytesRead;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof ByteBuf bytes)) {
      ReferenceCountUtil.release(message);
      return;
    }
    bytesRead += bytes.readableBytes();
    tunnel.touch();
    Channel to = other.channel;
    to.write(bytes, to.voidPromise());
    if (!to.isWritable()) {
      channel.config().setAutoRead(false);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    other.channel.flush();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (channel.isWritable() && !other.inputEnded) {
      tunnel.touch();
      other.channel.config().setAutoRead(true);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof ChannelInputShutdownEvent || event instanceof SslCloseCompletionEvent) {
      inputEnded();
    }
    ctx.fireUserEventTriggered(event);
  }

  private void inputEnded() {
    if (inputEnded) {
      return;
    }
    inputEnded = true;
    tunnel.inputEnded(orderlyEnd);
    // The write is empty; it completes when everything before it has been written.
    other.channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ignored -> other.endOutput());
  }

  /** Everything from the other side has been written here, and no more will come. */
  private void endOutput() {
    if (outputEnded) {
      return;
    }
    outputEnded = true;
    if (channel.pipeline().get(SslHandler.class) != null) {
      // Netty's TLS engine closes both directions together.
      channel.close();
    } else if (channel.isActive()) {
      ((DuplexChannel) channel).shutdownOutput();
    }
    if (other.outputEnded || !channel.isActive()) {
      channel.close();
      other.channel.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    boolean orderly = !failed && inputEnded;
    tunnel.closed(orderly ? orderlyEnd : reset);
    if (other.channel.isActive()) {
      if (!orderly) {
        // What was broken here must not look finished there.
        other.channel.config().setOption(ChannelOption.SO_LINGER, 0);
      }
      other.channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(done -> other.channel.close());
    }
    ctx.fireChannelInactive();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    failed = true;
    channel.close();
  }
}
