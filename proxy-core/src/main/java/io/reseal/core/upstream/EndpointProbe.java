package io.reseal.core.upstream;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.ScheduledFuture;
import io.reseal.config.Limits;
import io.reseal.config.Timeouts;
import io.reseal.core.failure.Failure;
import io.reseal.core.observe.UpstreamFacts;
import io.reseal.core.tls.HandshakeVerdicts;
import io.reseal.core.tls.PeerNames;
import io.reseal.core.tls.TlsFacts;
import java.nio.channels.ClosedChannelException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * One connection to an endpoint, made as one for a request would be and closed as soon as it is
 * known whether a request could be sent. No byte of HTTP is sent. Confined to one event loop.
 */
public final class EndpointProbe {
  /**
   * Over TLS 1.3 an upstream that misses a client certificate says so after our side has finished.
   * One that is content says nothing; this long it may take to object.
   */
  private static final Duration OBJECTION = Duration.ofMillis(500);

  private final UpstreamPlan plan;
  private final EndpointPlan endpoint;
  private final Promise<Outcome> promise;
  private @Nullable ScheduledFuture<?> waiting;

  private EndpointProbe(UpstreamPlan plan, EndpointPlan endpoint, Promise<Outcome> promise) {
    this.plan = plan;
    this.endpoint = endpoint;
    this.promise = promise;
  }

  /** What came of a probe. */
  public sealed interface Outcome {}

  /**
   * A request could be sent.
   *
   * @param address the address that took the connection
   * @param tls what was negotiated, null where the plan has no TLS
   * @param chain what the upstream presented, the leaf first; empty without TLS
   */
  public record Reached(String address, @Nullable TlsFacts tls, List<X509Certificate> chain)
      implements Outcome {
    public Reached {
      chain = List.copyOf(chain);
    }
  }

  /** No request could be sent, for the reason that a client would be answered with. */
  public record Failed(Failure failure) implements Outcome {}

  /**
   * Probes an endpoint.
   *
   * @param names the names for this connection
   * @return never fails
   */
  public static Future<Outcome> start(
      UpstreamPlan plan,
      EndpointPlan endpoint,
      PeerNames names,
      UpstreamLoop loop,
      Limits limits,
      Timeouts timeouts) {
    assert loop.eventLoop().inEventLoop();
    EndpointProbe probe = new EndpointProbe(plan, endpoint, loop.eventLoop().newPromise());
    new UpstreamConnector(plan, loop, limits, timeouts)
        .connect(endpoint, names, new UpstreamConnector.Result() {
          @Override
          public void connected(Channel channel, EndpointPlan reached, UpstreamFacts facts) {
            probe.connected(channel);
          }

          @Override
          public void notConnected(Failure failure, EndpointPlan tried) {
            probe.promise.trySuccess(new Failed(failure));
          }
        });
    return probe.promise;
  }

  private void connected(Channel channel) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    Reached reached = reached(channel, tls);
    if (tls == null
        || !HandshakeVerdicts.clientCertificateAsked(tls)
        || !"TLSv1.3".equals(tls.engine().getSession().getProtocol())) {
      finish(channel, reached);
      return;
    }
    // Right behind the TLS handler, because the handler that waits there closes on a failure.
    String before = channel.pipeline().context(tls).name();
    channel.pipeline().addAfter(before, null, new ObjectionHandler(tls));
    waiting = channel
        .eventLoop()
        .schedule(() -> finish(channel, reached), OBJECTION.toMillis(), TimeUnit.MILLISECONDS);
    channel.read();
  }

  private static Reached reached(Channel channel, @Nullable SslHandler tls) {
    String address = String.valueOf(channel.remoteAddress()).replaceFirst("^.*/", "");
    if (tls == null) {
      return new Reached(address, null, List.of());
    }
    List<X509Certificate> chain = new ArrayList<>();
    try {
      for (Certificate each : tls.engine().getSession().getPeerCertificates()) {
        if (each instanceof X509Certificate certificate) {
          chain.add(certificate);
        }
      }
    } catch (SSLPeerUnverifiedException none) {
      chain.clear();
    }
    return new Reached(address, TlsFacts.of(tls), chain);
  }

  private void finish(Channel channel, Outcome outcome) {
    if (waiting != null) {
      waiting.cancel(false);
    }
    promise.trySuccess(outcome);
    channel.close();
  }

  /** Waits for the upstream's word on a missing client certificate. */
  private final class ObjectionHandler extends ChannelInboundHandlerAdapter {
    private final SslHandler tls;

    ObjectionHandler(SslHandler tls) {
      this.tls = tls;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
      failed(ctx, cause);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
      failed(ctx, new ClosedChannelException());
    }

    private void failed(ChannelHandlerContext ctx, Throwable cause) {
      finish(
          ctx.channel(),
          new Failed(new Failure.TlsFailed(
              HandshakeVerdicts.upstream(cause, tls),
              plan.name(),
              endpoint.address().toString())));
    }
  }
}
