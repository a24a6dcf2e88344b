package io.reseal.core.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * The memory of a TLS alert that a client sends in cleartext within the handshake. Over TLS 1.3
 * OpenSSL refuses a certificate that way, before it uses the keys that the alert should be encrypted
 * with; the TLS library then sees a record of the wrong length and no alert. Removed at the end of
 * the handshake.
 */
final class PlainAlertHandler extends ChannelInboundHandlerAdapter {
  private static final int RECORD_HEADER_BYTES = 5;
  private static final int FIRST_TYPE = 20;
  private static final int ALERT = 21;
  private static final int LAST_TYPE = 23;

  private int alert = -1;

  /** The number of the alert, or -1. */
  int alert() {
    return alert;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof ByteBuf bytes) {
      look(bytes);
    }
    ctx.fireChannelRead(message);
  }

  /** Walks over whole records; one that is split over two reads is not looked at. */
  private void look(ByteBuf bytes) {
    int at = bytes.readerIndex();
    while (bytes.writerIndex() - at >= RECORD_HEADER_BYTES + 2) {
      int type = bytes.getByte(at);
      int length = bytes.getUnsignedShort(at + 3);
      if (type < FIRST_TYPE || type > LAST_TYPE) {
        return;
      }
      if (type == ALERT && length == 2) {
        alert = bytes.getUnsignedByte(at + RECORD_HEADER_BYTES + 1);
      }
      at += RECORD_HEADER_BYTES + length;
    }
  }
}
