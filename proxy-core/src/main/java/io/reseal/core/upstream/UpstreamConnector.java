package io.reseal.core.upstream;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.reseal.config.Limits;
import io.reseal.config.Timeouts;
import io.reseal.core.failure.Failure;
import io.reseal.core.failure.Failure.ConnectFault;
import io.reseal.core.failure.TlsVerdict;
import io.reseal.core.tls.HandshakeVerdicts;
import io.reseal.core.tls.PeerNames;
import io.reseal.core.tls.UpstreamTlsContext;
import io.reseal.core.upstream.ConnectAttempts.ConnectFailedException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * The maker of connections to the endpoints of one upstream: resolves the name, connects to one of
 * its addresses and, where the plan says so, shakes hands and verifies. Confined to one event loop.
 */
final class UpstreamConnector {
  private final UpstreamPlan plan;
  private final UpstreamLoop loop;
  private final Limits limits;
  private final Timeouts timeouts;

  UpstreamConnector(UpstreamPlan plan, UpstreamLoop loop, Limits limits, Timeouts timeouts) {
    this.plan = plan;
    this.loop = loop;
    this.limits = limits;
    this.timeouts = timeouts;
  }

  /** Connects to one endpoint; exactly one method of the result is called, on the event loop. */
  void connect(EndpointPlan endpoint, PeerNames names, Result result) {
    Future<List<InetSocketAddress>> resolving = loop.resolver().resolve(endpoint.address());
    if (resolving.isDone()) {
      resolved(resolving, endpoint, names, result);
    } else {
      resolving.addListener(ignored -> resolved(resolving, endpoint, names, result));
    }
  }

  private void resolved(
      Future<List<InetSocketAddress>> resolving,
      EndpointPlan endpoint,
      PeerNames names,
      Result result) {
    if (!resolving.isSuccess()) {
      result.notConnected(notResolved(endpoint, resolving.cause()), endpoint);
      return;
    }
    Future<Channel> connecting = ConnectAttempts.connect(
        loop.bootstrap(), loop.eventLoop(), resolving.getNow(), timeouts.connect());
    connecting.addListener(ignored -> connected(connecting, endpoint, names, result));
  }

  private void connected(
      Future<Channel> connecting, EndpointPlan endpoint, PeerNames names, Result result) {
    if (!connecting.isSuccess()) {
      result.notConnected(notConnected(endpoint, connecting.cause()), endpoint);
      return;
    }
    Channel channel = connecting.getNow();
    UpstreamTlsContext context = plan.tlsContext();
    if (context == null) {
      result.connected(channel, endpoint);
      return;
    }
    SslHandler tls = context.newHandler(channel.alloc(), endpoint.address(), names);
    tls.setHandshakeTimeoutMillis(timeouts.upstreamHandshake().toMillis());
    tls.handshakeFuture().addListener(shaken -> shookHands(shaken, tls, channel, endpoint, result));
    channel.pipeline().addFirst(tls);
    channel.config().setAutoRead(true);
  }

  private void shookHands(
      Future<?> handshake, SslHandler tls, Channel channel, EndpointPlan endpoint, Result result) {
    if (handshake.isSuccess()) {
      result.connected(channel, endpoint);
      return;
    }
    TlsVerdict verdict = HandshakeVerdicts.upstream(handshake.cause(), tls);
    channel.close();
    result.notConnected(
        new Failure.TlsFailed(verdict, plan.name(), endpoint.address().toString()), endpoint);
  }

  private Failure notResolved(EndpointPlan endpoint, Throwable cause) {
    ConnectFault fault = cause instanceof TimeoutException
        ? ConnectFault.RESOLVE_TIMED_OUT
        : ConnectFault.NAME_NOT_RESOLVED;
    return new Failure.ConnectFailed(
        fault, plan.name(), endpoint.address().toString(), String.valueOf(cause.getMessage()));
  }

  private Failure notConnected(EndpointPlan endpoint, Throwable cause) {
    String detail = "%s (connect timeout %d ms, open=%d, limit=%d)"
        .formatted(
            cause.getMessage(),
            timeouts.connect().toMillis(),
            endpoint.open().get(),
            limits.upstreamConnections());
    ConnectFault fault =
        cause instanceof ConnectFailedException failed ? failed.fault() : ConnectFault.UNREACHABLE;
    return new Failure.ConnectFailed(fault, plan.name(), endpoint.address().toString(), detail);
  }

  /** The one who asked for a connection. */
  interface Result {
    void connected(Channel channel, EndpointPlan endpoint);

    void notConnected(Failure failure, EndpointPlan endpoint);
  }
}
