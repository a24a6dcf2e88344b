package io.reseal.core.listener;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The voice of a listening socket that could not accept, as when file descriptors run out. Netty's
 * acceptor has paused accepting for a second by then; here it is logged, once in a while.
 */
final class AcceptFailureHandler extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(AcceptFailureHandler.class);
  private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final ListenerSockets.Bound bound;
  private long lastNanos = System.nanoTime() - QUIET_NANOS;
  private int since;

  AcceptFailureHandler(ListenerSockets.Bound bound) {
    this.bound = bound;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    since++;
    long now = System.nanoTime();
    if (now - lastNanos >= QUIET_NANOS) {
      LOG.warn(
          "listener \"{}\": cannot accept: {}. Accepting pauses for a second each time ({} since"
              + " the last line). Raise the limit of open files, or lower maxConnections",
          bound.plan().config().name(),
          cause.getMessage(),
          since);
      lastNanos = now;
      since = 0;
    }
  }
}
