package io.reseal.core;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Promise;
import io.reseal.config.ProxyConfig;
import io.reseal.config.RuntimeSettings;
import io.reseal.core.listener.Transport;
import io.reseal.core.loop.Deadlines;
import io.reseal.core.loop.LoopFlusher;
import io.reseal.core.observe.DataPlaneObserver;
import io.reseal.core.pipeline.OpenConnections;
import io.reseal.core.snapshot.Snapshot;
import io.reseal.core.upstream.EndpointPlan;
import io.reseal.core.upstream.EndpointProbe;
import io.reseal.core.upstream.EndpointResolver;
import io.reseal.core.upstream.UpstreamLoop;
import io.reseal.core.upstream.UpstreamPlan;
import java.time.Duration;

/**
 * Trial connections to upstreams, made on an event loop with the resolver, the sockets and the TLS
 * contexts that requests would use. Used by one thread; the snapshot stays its owner's.
 */
public final class UpstreamProbes implements AutoCloseable {
  private final ProxyConfig config;
  private final Transport transport;
  private final EventLoop loop;
  private final OpenConnections open;
  private final EndpointResolver resolver;
  private final UpstreamLoop upstreamLoop;

  private UpstreamProbes(ProxyConfig config, Transport transport) {
    this.config = config;
    this.transport = transport;
    this.loop = transport.loops().getFirst();
    Deadlines deadlines = new Deadlines(loop);
    // No client connects to it, so there is nothing to be patient with.
    this.open = new OpenConnections(deadlines, /* grace= */ Duration.ZERO);
    this.resolver = new EndpointResolver(
        loop, transport.datagramChannel(), config.timeouts().resolve(), /* servers= */ null);
    this.upstreamLoop = new UpstreamLoop(
        loop,
        deadlines,
        new LoopFlusher(loop),
        resolver,
        DataPlaneObserver.NONE,
        DataPlane.clientBootstrap(transport, loop, open));
  }

  /**
   * Starts the event loop for the upstreams of a snapshot.
   *
   * @throws IllegalArgumentException when the configured transport does not work here
   */
  public static UpstreamProbes open(Snapshot snapshot) {
    RuntimeSettings runtime = snapshot.config().runtime();
    Transport transport = Transport.open(
        new RuntimeSettings(runtime.transport(), runtime.tlsProvider(), /* eventLoops= */ 1));
    return new UpstreamProbes(snapshot.config(), transport);
  }

  /**
   * Connects to an endpoint as a request to a host would, and closes the connection. Blocks, at
   * most for the timeouts of the configuration.
   *
   * @param requestHost the host of the request, for upstreams whose server name follows it
   */
  public EndpointProbe.Outcome probe(UpstreamPlan plan, EndpointPlan endpoint, String requestHost) {
    Promise<EndpointProbe.Outcome> outcome = loop.newPromise();
    loop.execute(() -> EndpointProbe.start(
            plan,
            endpoint,
            plan.peerNames(endpoint, requestHost),
            upstreamLoop,
            config.limits(),
            config.timeouts())
        .addListener((io.netty.util.concurrent.Future<EndpointProbe.Outcome> ended) ->
            outcome.trySuccess(ended.getNow())));
    return outcome.syncUninterruptibly().getNow();
  }

  @Override
  public void close() {
    loop.submit(() -> {
          open.closeAll();
          resolver.close();
        })
        .syncUninterruptibly();
    transport.close();
  }
}
