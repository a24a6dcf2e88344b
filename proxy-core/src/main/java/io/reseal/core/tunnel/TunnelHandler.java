package io.reseal.core.tunnel;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.Socket;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One side of a {@link Tunnel}: reads from its channel and writes to the other side's. */
final class TunnelHandler extends ChannelInboundHandlerAdapter {
  private final Tunnel tunnel;
  private final Channel channel;
  private final TunnelEnd orderlyEnd;
  private final TunnelEnd reset;

  /** What bytes can be sent to without a way through the pipeline; null where they cannot. */
  private final @Nullable Socket socket;

  private TunnelHandler other = this;
  private long bytesRead;
  private boolean inputEnded;
  private boolean outputEnded;
  private boolean failed;
  private boolean flushOwed;

  TunnelHandler(Tunnel tunnel, Channel channel, TunnelEnd orderlyEnd, TunnelEnd reset) {
    this.tunnel = tunnel;
    this.channel = channel;
    this.orderlyEnd = orderlyEnd;
    this.reset = reset;
    this.socket = channel instanceof EpollSocketChannel epoll
            && channel.pipeline().get(SslHandler.class) == null
            && epoll.fd() instanceof Socket own
        ? own
        : null;
  }

  void joinWith(TunnelHandler peer) {
    other = peer;
    peer.other = this;
  }

  Channel channel() {
    return channel;
  }

  /** Whether what is read here, and written, are the bytes of the socket. */
  boolean isRaw() {
    return socket != null;
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
    if (!other.sendNow(bytes) && !other.queue(bytes)) {
      channel.config().setAutoRead(false);
    }
  }

  /**
   * Sends as much of the bytes as the kernel takes, where nothing else waits to be sent: most bytes
   * are sent so, for a fraction of what the way through the pipeline costs.
   *
   * @return whether all were sent, and with that released
   */
  private boolean sendNow(ByteBuf bytes) {
    ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
    if (socket == null
        || waiting == null
        || waiting.totalPendingWriteBytes() != 0
        || !bytes.hasMemoryAddress()) {
      return false;
    }
    try {
      bytes.skipBytes(
          socket.sendAddress(bytes.memoryAddress(), bytes.readerIndex(), bytes.writerIndex()));
    } catch (IOException broken) {
      // The channel finds it broken too, and knows what follows from that.
      return false;
    }
    if (bytes.isReadable()) {
      return false;
    }
    bytes.release();
    return true;
  }

  /**
   * Writes the bytes by the channel; takes them over.
   *
   * @return whether the channel can do with more
   */
  private boolean queue(ByteBuf bytes) {
    ByteBuf queued = bytes;
    if (socket != null && bytes.capacity() > 2 * bytes.readableBytes()) {
      // What may wait for long must not hold much more than itself.
      queued = channel.alloc().directBuffer(bytes.readableBytes()).writeBytes(bytes);
      bytes.release();
    }
    flushOwed = true;
    channel.write(queued, channel.voidPromise());
    return channel.isWritable();
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    if (other.flushOwed) {
      other.flushOwed = false;
      other.channel.flush();
    }
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
