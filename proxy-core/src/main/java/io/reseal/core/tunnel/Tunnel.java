package io.reseal.core.tunnel;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.reseal.core.loop.Deadlines;
import io.reseal.core.loop.Deadlines.Deadline;
import io.reseal.core.loop.RelayBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A relay of bytes between a client and an upstream, both ways, until both have ended: untouched,
 * uncopied, and with backpressure. The end of one direction is passed on after its last byte, while
 * the other goes on. Both channels live on one event loop, and so does the tunnel.
 */
public final class Tunnel {
  /** How often it is told what has moved. */
  private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** With the read that passes the mark, what waits for one side stays below 192 KiB. */
  private static final WriteBufferWaterMark WATER_MARK =
      new WriteBufferWaterMark(32 << 10, 64 << 10);

  private final TunnelHandler client;
  private final TunnelHandler upstream;
  private final Deadline idle;
  private final Deadline tellDue;
  private final long idleNanos;
  private final TunnelListener listener;
  private final RelayBuffer buffer;
  private @Nullable TunnelEnd firstEnd;
  private boolean over;
  private long toldOfClient;
  private long toldOfUpstream;

  private Tunnel(
      Channel client,
      Channel upstream,
      Deadlines deadlines,
      Duration idleTimeout,
      RelayBuffer buffer,
      TunnelListener listener) {
    this.client =
        new TunnelHandler(this, client, TunnelEnd.CLIENT_CLOSED, TunnelEnd.RESET_BY_CLIENT);
    this.upstream =
        new TunnelHandler(this, upstream, TunnelEnd.UPSTREAM_CLOSED, TunnelEnd.RESET_BY_UPSTREAM);
    this.idle = deadlines.register(() -> cut(TunnelEnd.IDLE));
    this.tellDue = deadlines.register(this::tell);
    this.idleNanos = idleTimeout.toNanos();
    this.listener = listener;
    this.buffer = buffer;
    buffer.acquire();
  }

  /**
   * Puts a tunnel handler at the end of both pipelines. The caller then takes the other handlers
   * off and switches reading on.
   *
   * @param idleTimeout the longest silence in both directions
   * @param buffer what channels of this loop read into that have read nothing so far
   */
  public static Tunnel start(
      Channel client,
      Channel upstream,
      Deadlines deadlines,
      Duration idleTimeout,
      RelayBuffer buffer,
      TunnelListener listener) {
    assert client.eventLoop() == upstream.eventLoop() && client.eventLoop().inEventLoop();
    Tunnel tunnel = new Tunnel(client, upstream, deadlines, idleTimeout, buffer, listener);
    tunnel.client.joinWith(tunnel.upstream);
    for (Channel channel : new Channel[] {client, upstream}) {
      channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
      channel.config().setAutoClose(true);
      channel.config().setWriteBufferWaterMark(WATER_MARK);
    }
    if (tunnel.client.isRaw() && tunnel.upstream.isRaw()) {
      upstream.config().setRecvByteBufAllocator(buffer);
    }
    tunnel.touch();
    client.pipeline().addLast(tunnel.client);
    upstream.pipeline().addLast(tunnel.upstream);
    if (!client.isActive() || !upstream.isActive()) {
      // One of them closed while the tunnel was made, and no event will tell.
      tunnel.cut(client.isActive() ? TunnelEnd.RESET_BY_UPSTREAM : TunnelEnd.RESET_BY_CLIENT);
    }
    return tunnel;
  }

  /** Takes note that the client's connection is cut now, before it is; that ends the other side. */
  public void cutOff() {
    closed(TunnelEnd.CUT_OFF);
  }

  /** Bytes have moved. */
  void touch() {
    idle.setNanos(idleNanos);
    if (!tellDue.isSet()) {
      tellDue.setNanos(TELL_NANOS);
    }
  }

  private void tell() {
    long ofClient = client.bytesRead() - toldOfClient;
    long ofUpstream = upstream.bytesRead() - toldOfUpstream;
    toldOfClient += ofClient;
    toldOfUpstream += ofUpstream;
    if (ofClient != 0 || ofUpstream != 0) {
      listener.moved(ofClient, ofUpstream);
    }
  }

  /** One side will send no more. */
  void inputEnded(TunnelEnd end) {
    if (firstEnd == null) {
      firstEnd = end;
    }
  }

  /** Both directions are finished, or one side is gone. */
  void closed(TunnelEnd end) {
    if (over) {
      return;
    }
    over = true;
    idle.remove();
    tellDue.remove();
    buffer.release();
    tell();
    boolean ownEnd = end == TunnelEnd.IDLE || end == TunnelEnd.CUT_OFF;
    TunnelEnd told = firstEnd != null && !ownEnd ? firstEnd : end;
    listener.ended(client.bytesRead(), upstream.bytesRead(), told);
  }

  private void cut(TunnelEnd end) {
    closed(end);
    client.channel().close();
    upstream.channel().close();
  }
}
