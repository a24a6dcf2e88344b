package io.reseal.server.host;

import io.netty.bootstrap.ChannelInitializerExtension;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Mistakes in the handlers of a program: Netty lets this class add one to every connection, which
 * throws where the bytes that it sees ask for it.
 */
public final class Faults extends ChannelInitializerExtension {
  static final String THROWN = "please-throw";
  static final String DEEP = "please-overflow";

  /** Called by Netty. */
  public Faults() {}

  /** A folder for the class path, by which a program finds this class. */
  static Path install(Path folder) throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(
        services.resolve(ChannelInitializerExtension.class.getName()), Faults.class.getName());
    return folder;
  }

  @Override
  public void postInitializeServerChildChannel(Channel channel) {
    channel.pipeline().addFirst(new Faulty());
  }

  @Override
  public void postInitializeClientChannel(Channel channel) {
    channel.pipeline().addFirst(new Faulty());
  }

  private static final class Faulty extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
      String text = ((ByteBuf) message).toString(StandardCharsets.ISO_8859_1);
      if (text.contains(THROWN)) {
        ReferenceCountUtil.release(message);
        throw new IllegalStateException("a handler has a mistake");
      }
      if (text.contains(DEEP)) {
        ReferenceCountUtil.release(message);
        descend(0);
      }
      ctx.fireChannelRead(message);
    }

    /** Deeper than any stack. */
    private static int descend(int depth) {
      return depth < Integer.MAX_VALUE ? 1 + descend(depth + 1) : 0;
    }
  }
}
