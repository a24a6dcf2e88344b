package io.reseal.core.upstream;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import io.reseal.config.Limits;
import io.reseal.config.Timeouts;
import io.reseal.core.failure.Failure;
import io.reseal.core.failure.Failure.ConnectFault;
import io.reseal.core.failure.TlsVerdict;
import io.reseal.core.observe.ConnectTimes;
import io.reseal.core.observe.TlsLeg;
import io.reseal.core.observe.UpstreamFacts;
import io.reseal.core.tls.HandshakeVerdicts;
import io.reseal.core.tls.PeerNames;
import io.reseal.core.tls.TlsFacts;
import io.reseal.core.tls.UpstreamTlsContext;
import io.reseal.core.upstream.ConnectAttempts.ConnectFailedException;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The maker of connections to the endpoints of one upstream: resolves the name, connects to one of
 * its addresses and, where the plan says so, shakes hands and verifies. Confined to one event loop.
 */
final class UpstreamConnector {
  private final UpstreamPlan plan;
  private final UpstreamLoop loop;
  private final Limits limits;
  private final Timeouts timeouts;

  /** What each endpoint showed last: at most one certificate for each. */
  private final Map<EndpointPlan, X509Certificate> seen = new HashMap<>();

  UpstreamConnector(UpstreamPlan plan, UpstreamLoop loop, Limits limits, Timeouts timeouts) {
    this.plan = plan;
    this.loop = loop;
    this.limits = limits;
    this.timeouts = timeouts;
  }

  /** Connects to one endpoint; exactly one method of the result is called, on the event loop. */
  void connect(EndpointPlan endpoint, PeerNames names, Result result) {
    new Attempt(endpoint, names, result).resolve();
  }

  private Failure notResolved(EndpointPlan endpoint, Throwable cause) {
    ConnectFault fault = cause instanceof TimeoutException
        ? ConnectFault.RESOLVE_TIMED_OUT
        : ConnectFault.NAME_NOT_RESOLVED;
    return new Failure.ConnectFailed(
        fault, plan.name(), endpoint.text(), String.valueOf(cause.getMessage()));
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
    return new Failure.ConnectFailed(fault, plan.name(), endpoint.text(), detail);
  }

  /** One connection in the making. */
  private final class Attempt {
    private final EndpointPlan endpoint;
    private final PeerNames names;
    private final Result result;
    private final long startedNanos = System.nanoTime();
    private long connectedNanos;

    Attempt(EndpointPlan endpoint, PeerNames names, Result result) {
      this.endpoint = endpoint;
      this.names = names;
      this.result = result;
    }

    void resolve() {
      Future<List<InetSocketAddress>> resolving = loop.resolver().resolve(endpoint.address());
      if (resolving.isDone()) {
        resolved(resolving);
      } else {
        resolving.addListener(ignored -> resolved(resolving));
      }
    }

    private void resolved(Future<List<InetSocketAddress>> resolving) {
      if (!resolving.isSuccess()) {
        result.notConnected(notResolved(endpoint, resolving.cause()), endpoint);
        return;
      }
      Future<Channel> connecting = ConnectAttempts.connect(
          loop.bootstrap(), loop.eventLoop(), resolving.getNow(), timeouts.connect());
      connecting.addListener(ignored -> connected(connecting));
    }

    private void connected(Future<Channel> connecting) {
      if (!connecting.isSuccess()) {
        result.notConnected(
            UpstreamConnector.this.notConnected(endpoint, connecting.cause()), endpoint);
        return;
      }
      connectedNanos = System.nanoTime();
      Channel channel = connecting.getNow();
      UpstreamTlsContext context = plan.tlsContext();
      if (context == null) {
        ready(channel, TlsLeg.NONE, /* verified= */ false, /* suspicion= */ null);
        return;
      }
      SslHandler tls = context.newHandler(channel.alloc(), endpoint.address(), names);
      tls.setHandshakeTimeoutMillis(timeouts.upstreamHandshake().toMillis());
      tls.handshakeFuture().addListener(shaken -> shookHands(shaken, tls, context, channel));
      channel.pipeline().addFirst(tls);
      channel.config().setAutoRead(true);
    }

    private void shookHands(
        Future<?> handshake, SslHandler tls, UpstreamTlsContext context, Channel channel) {
      if (handshake.isSuccess()) {
        TlsFacts facts = TlsFacts.of(tls);
        observe(tls, facts);
        ready(
            channel,
            facts.leg(names.serverName(), HandshakeVerdicts.clientIdentity(tls)),
            context.verified(),
            HandshakeVerdicts.suspicion(tls));
        return;
      }
      TlsVerdict verdict = HandshakeVerdicts.upstream(handshake.cause(), tls);
      channel.close();
      result.notConnected(new Failure.TlsFailed(verdict, plan.name(), endpoint.text()), endpoint);
    }

    private void observe(SslHandler tls, TlsFacts facts) {
      loop.observer()
          .upstreamHandshake(
              plan.name(), facts.protocol(), facts.resumed(), System.nanoTime() - connectedNanos);
      if (facts.resumed()) {
        return;
      }
      X509Certificate leaf = TlsFacts.peerLeaf(tls);
      if (leaf != null && !leaf.equals(seen.put(endpoint, leaf))) {
        loop.observer().upstreamCertificate(plan.name(), endpoint.text(), leaf);
      }
    }

    private void ready(
        Channel channel, TlsLeg tls, boolean verified, @Nullable TlsVerdict suspicion) {
      long readyNanos = System.nanoTime();
      loop.observer().upstreamConnected(plan.name(), endpoint.text(), readyNanos - startedNanos);
      result.connected(
          channel,
          endpoint,
          new UpstreamFacts(
              endpoint.text(),
              channel.remoteAddress() instanceof InetSocketAddress address
                  ? NetUtil.toSocketAddressString(address)
                  : "",
              tls,
              verified,
              suspicion,
              new ConnectTimes(startedNanos, connectedNanos, readyNanos)));
    }
  }

  /** The one who asked for a connection. */
  interface Result {
    void connected(Channel channel, EndpointPlan endpoint, UpstreamFacts facts);

    void notConnected(Failure failure, EndpointPlan endpoint);
  }
}
