package io.reseal.core.tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A look at the first bytes of a connection, which in these tests are the whole ClientHello. */
final class HelloTap extends ChannelInboundHandlerAdapter {
  private static final int RECORD_AND_HANDSHAKE_HEADER_BYTES = 9;

  private final CompletableFuture<ParsedHello> hello = new CompletableFuture<>();

  ClientHello hello() {
    return switch (hello.orTimeout(10, TimeUnit.SECONDS).join()) {
      case ParsedHello.Ok ok -> ok.hello();
      case ParsedHello.Malformed malformed -> throw new AssertionError(malformed.toString());
    };
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!hello.isDone()) {
      ByteBuf record = (ByteBuf) message;
      int body = record.getUnsignedMedium(record.readerIndex() + 6);
      hello.complete(ClientHelloParser.parse(
          record.slice(record.readerIndex() + RECORD_AND_HANDSHAKE_HEADER_BYTES, body)));
    }
    ctx.fireChannelRead(message);
  }
}
