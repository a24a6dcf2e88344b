package io.reseal.server.handover;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/** The event loop of a handover: one thread, which waits nearly always. */
final class HandoverLoop {
  private static final long STOP_MILLIS = 1_000;

  private HandoverLoop() {}

  static EventLoopGroup open() {
    return new MultiThreadIoEventLoopGroup(
        1,
        new DefaultThreadFactory("reseal-handover", /* daemon= */ true),
        EpollIoHandler.newFactory());
  }

  static void close(EventLoopGroup loop) {
    loop.shutdownGracefully(0, STOP_MILLIS, TimeUnit.MILLISECONDS).awaitUninterruptibly();
  }
}
