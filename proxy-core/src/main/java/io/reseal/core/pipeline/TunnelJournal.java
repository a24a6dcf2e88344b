package io.reseal.core.pipeline;

import io.reseal.core.failure.Failure;
import io.reseal.core.failure.FailurePolicy;
import io.reseal.core.failure.PeerText;
import io.reseal.core.observe.ClientFacts;
import io.reseal.core.observe.DataPlaneObserver;
import io.reseal.core.observe.DebugWatch;
import io.reseal.core.observe.DebugWatch.Tap;
import io.reseal.core.observe.TunnelRecord;
import io.reseal.core.observe.UpstreamFacts;
import io.reseal.core.tls.ClientHello;
import io.reseal.core.tunnel.TunnelEnd;
import io.reseal.core.tunnel.TunnelListener;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What is noted of one tunnel, and told when it ends. Confined to the tunnel's event loop. */
final class TunnelJournal implements TunnelListener {
  private final DataPlaneObserver observer;
  private final ClientFacts client;
  private final String id;
  private final String host;
  private final String protocol;
  private final String route;
  private final String upstream;
  private final long startedNanos = System.nanoTime();
  private UpstreamFacts connection = UpstreamFacts.NONE;
  private long connectedNanos;
  private @Nullable Tap tap;

  TunnelJournal(
      DataPlaneObserver observer,
      ClientFacts client,
      String id,
      String host,
      String protocol,
      String route,
      String upstream) {
    this.observer = observer;
    this.client = client;
    this.id = id;
    this.host = host;
    this.protocol = protocol;
    this.route = route;
    this.upstream = upstream;
  }

  /** Tells of the ClientHello, where somebody wants to know. */
  void watch(DebugWatch watch, ClientHello hello) {
    tap = watch.tap(host, route, id);
    if (tap != null) {
      tap.line("from " + client.address() + " by \"" + client.listener()
          + "\", passthrough, route \"" + route + "\": " + PeerText.escape(hello.toString(), 512));
    }
  }

  void connected(UpstreamFacts facts) {
    connection = facts;
    connectedNanos = System.nanoTime();
    if (tap != null) {
      tap.line("new connection to " + facts.endpoint() + " at " + facts.address());
    }
  }

  void notConnected(Failure failure) {
    observer.failed(failure, id, route, host);
    told(0, 0, TunnelRecord.NOT_CONNECTED, failure);
  }

  @Override
  public void moved(long clientBytes, long upstreamBytes) {
    observer.tunnelMoved(
        client.listener(),
        route,
        protocol.equals(TunnelRecord.PASSTHROUGH),
        clientBytes,
        upstreamBytes);
  }

  @Override
  public void ended(long clientBytes, long upstreamBytes, TunnelEnd end) {
    told(clientBytes, upstreamBytes, end.name().toLowerCase(Locale.ROOT), null);
  }

  private void told(long clientBytes, long upstreamBytes, String end, @Nullable Failure failure) {
    if (tap != null) {
      tap.line("ended: " + end + ", " + clientBytes + " bytes from the client, " + upstreamBytes
          + " from the upstream" + (failure == null ? "" : ": " + FailurePolicy.logLine(failure)));
    }
    observer.tunnelEnded(new TunnelRecord(
        client,
        id,
        host,
        protocol,
        route,
        upstream,
        connection,
        clientBytes,
        upstreamBytes,
        end,
        failure,
        startedNanos,
        connectedNanos,
        System.nanoTime()));
  }
}
