package io.reseal.core.pipeline;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.NetUtil;
import io.reseal.config.ClientAuth;
import io.reseal.core.exchange.ClientConnection;
import io.reseal.core.exchange.Exchange;
import io.reseal.core.exchange.RequestIds;
import io.reseal.core.failure.Failure;
import io.reseal.core.failure.PeerText;
import io.reseal.core.failure.Refusal;
import io.reseal.core.failure.TlsVerdict;
import io.reseal.core.http.ClientCertificateFields;
import io.reseal.core.http.EdgeConnection;
import io.reseal.core.http1.Http1Connection;
import io.reseal.core.http2.Http2ClientConnection;
import io.reseal.core.http2.Http2ConnectionBuilder;
import io.reseal.core.listener.ClientHelloHandler;
import io.reseal.core.listener.TlsDecision;
import io.reseal.core.observe.ClientFacts;
import io.reseal.core.observe.DataPlaneObserver;
import io.reseal.core.observe.DebugWatch;
import io.reseal.core.observe.DebugWatch.Tap;
import io.reseal.core.observe.TlsLeg;
import io.reseal.core.observe.TunnelRecord;
import io.reseal.core.observe.UpstreamFacts;
import io.reseal.core.snapshot.ListenerAddress;
import io.reseal.core.snapshot.ListenerTable;
import io.reseal.core.snapshot.LoopState;
import io.reseal.core.snapshot.Snapshot;
import io.reseal.core.tls.ClientCertificates;
import io.reseal.core.tls.ClientHello;
import io.reseal.core.tls.HandshakeVerdicts;
import io.reseal.core.tls.ServerContext;
import io.reseal.core.tls.TlsAlert;
import io.reseal.core.tls.TlsFacts;
import io.reseal.core.tunnel.Tunnel;
import io.reseal.core.tunnel.TunnelEnd;
import io.reseal.core.upstream.UpstreamConnection;
import io.reseal.core.upstream.UpstreamPlan;
import io.reseal.core.upstream.UpstreamPool;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * The single place that says which handler follows which on a client's connection, for one address
 * of a listener on one event loop:
 *
 * <pre>
 * cleartext    RequestDecoder, ResponseEncoder, Http1Connection
 * TLS          ClientHelloHandler, and by its decision one of
 *   terminate    SslHandler, AlpnHandler, and by ALPN one of
 *     http/1.1     SslHandler, RequestDecoder, ResponseEncoder, Http1Connection
 *     h2           SslHandler, Http2ClientConnection
 *   passthrough  TunnelHandler
 *   refuse       an alert, and the end
 * upgraded     SslHandler (if TLS), TunnelHandler
 * </pre>
 *
 * <p>Confined to its event loop.
 */
public final class PipelineAssembler {
  private final LoopState loop;
  private final ListenerAddress at;
  private final DataPlaneObserver observer;
  private final OpenConnections open;
  private final DebugWatch debugWatch;

  public PipelineAssembler(
      LoopState loop, ListenerAddress at, DataPlaneObserver observer, OpenConnections open) {
    this.loop = loop;
    this.at = at;
    this.observer = observer;
    this.open = open;
    this.debugWatch = observer.debugWatch();
  }

  /** Gives an accepted connection its first handlers. */
  public void accepted(Channel channel) {
    assert loop.eventLoop().inEventLoop();
    open.add(channel);
    observer.connectionAccepted(at.listener());
    Snapshot snapshot = loop.snapshot();
    ListenerTable table = snapshot.listener(at);
    if (table == null) {
      // Accepted while the listener was being taken away.
      channel.close();
      return;
    }
    if (table.tls() == null) {
      addHttp1(channel, TerminatedConnection.CLEARTEXT);
      return;
    }
    // First and alone: nothing may read a byte before the TLS decision.
    channel
        .pipeline()
        .addLast(new ClientHelloHandler(
            snapshot.config().limits().clientHelloBytes(),
            snapshot.config().timeouts().handshake(),
            loop.deadlines(),
            this::decide,
            this::decided));
  }

  private TlsDecision decide(ClientHello hello) {
    ListenerTable table = loop.snapshot().listener(at);
    return table == null ? TlsDecision.Refuse.LISTENER_GONE : TlsDecision.of(table, hello);
  }

  private void decided(ChannelHandlerContext ctx, TlsDecision decision, ClientHello hello) {
    if (debugWatch.isOn()) {
      debug(ctx.channel(), hello.serverName(), "ClientHello " + hello);
    }
    switch (decision) {
      case TlsDecision.Terminate(ServerContext context) -> terminate(ctx, context, hello);
      case TlsDecision.Passthrough(UpstreamPlan upstream, String route) ->
        passThrough(ctx, upstream, route, hello);
      case TlsDecision.Refuse refuse -> refused(ctx.channel(), refuse);
    }
  }

  private void terminate(ChannelHandlerContext ctx, ServerContext context, ClientHello hello) {
    Channel channel = ctx.channel();
    ListenerTable table = loop.snapshot().listener(at);
    TerminatedConnection connection = new TerminatedConnection(
        hello.serverName(), context, ClientStanding.versions(table), TlsLeg.NONE);
    SslHandler tls = context.newHandler(channel.alloc());
    tls.setHandshakeTimeoutMillis(((ClientHelloHandler) ctx.handler()).remainingMillis());
    PlainAlertHandler alerts = new PlainAlertHandler();
    // Above the SslHandler's place, so that it sees the end of the handshake.
    channel.pipeline().addAfter(ctx.name(), null, new AlpnHandler(this, connection, alerts));
    // In the place of the ClientHelloHandler, whose bytes it gets as it leaves.
    channel.pipeline().replace(ctx.handler(), null, tls);
    // Below the SslHandler, because it looks at records before they are decrypted.
    channel.pipeline().addFirst(alerts);
  }

  TerminatedConnection shookHands(Channel channel, TerminatedConnection connection, long nanos) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) {
      return connection;
    }
    TlsFacts facts = TlsFacts.of(tls);
    observer.clientHandshake(at.listener(), facts.protocol(), facts.resumed(), nanos);
    return connection.with(facts.leg(connection.serverName(), clientIdentity(connection, tls)));
  }

  private static String clientIdentity(TerminatedConnection connection, SslHandler tls) {
    X509Certificate leaf =
        connection.clientAuth() instanceof ClientAuth.Asked ? TlsFacts.peerLeaf(tls) : null;
    return leaf == null ? "" : leaf.getSubjectX500Principal().getName();
  }

  void handshakeFailed(
      Channel channel, TerminatedConnection connection, Throwable cause, int alert) {
    TlsVerdict verdict = HandshakeVerdicts.downstream(cause, connection.clientAuth(), alert);
    if (debugWatch.isOn()) {
      String what = "handshake failed: " + verdict.reason().token() + ": " + verdict.detail();
      debug(channel, connection.serverName(), what);
    }
    observer.connectionRefused(
        at.listener(),
        String.valueOf(channel.remoteAddress()),
        Refusal.of(connection.serverName(), verdict));
    channel.close();
  }

  private void debug(Channel channel, String serverName, String what) {
    Tap tap = debugWatch.tap(serverName, /* route= */ "", String.valueOf(channel.remoteAddress()));
    if (tap != null) {
      tap.line(PeerText.escape(what, 512));
    }
  }

  private void refused(Channel channel, TlsDecision.Refuse refused) {
    observer.connectionRefused(
        at.listener(), String.valueOf(channel.remoteAddress()), Refusal.of(refused.verdict()));
  }

  void addHttp1(Channel channel, TerminatedConnection connection) {
    ClientConnection client = clientOf(channel, connection);
    Http1Connection http1 = new Http1Connection(client, channel, this::startTunnel);
    http1.install();
    open.onDrain(channel, http1::drain, standing(channel, client, connection), loop.snapshot());
  }

  void addHttp2(Channel channel, TerminatedConnection connection) {
    ClientConnection client = clientOf(channel, connection);
    Http2ClientConnection http2 = Http2ConnectionBuilder.connection(client);
    // Behind the SslHandler; the last, because it consumes every frame.
    channel.pipeline().addLast(http2);
    open.onDrain(channel, http2::drain, standing(channel, client, connection), loop.snapshot());
  }

  private ClientStanding standing(
      Channel channel, ClientConnection client, TerminatedConnection connection) {
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    boolean asked = tls != null && connection.clientAuth() instanceof ClientAuth.Asked;
    return new ClientStanding(
        at,
        ((InetSocketAddress) channel.remoteAddress()).getAddress(),
        client,
        connection.versions(),
        asked ? ClientCertificates.presented(tls) : List.of());
  }

  private ClientConnection clientOf(Channel channel, TerminatedConnection connection) {
    Snapshot snapshot = loop.snapshot();
    ListenerTable table = snapshot.listener(at);
    InetSocketAddress peer = (InetSocketAddress) channel.remoteAddress();
    EdgeConnection edge = EdgeConnection.of(
        peer,
        (InetSocketAddress) channel.localAddress(),
        connection.policyGroup() >= 0,
        table != null && table.trustsPeer(peer.getAddress()),
        certificateOf(channel, connection));
    return new ClientConnection(
        loop,
        observer,
        debugWatch,
        at,
        facts(peer, edge.peer(), connection.tls()),
        connection.serverName(),
        connection.policyGroup(),
        connection.proven(),
        edge,
        snapshot.config().diagnostics().trusts(peer.getAddress()));
  }

  private ClientFacts facts(InetSocketAddress peer, String address, TlsLeg tls) {
    return new ClientFacts(at.listener(), address, peer.getPort(), tls);
  }

  private static ClientCertificateFields certificateOf(
      Channel channel, TerminatedConnection connection) {
    ServerContext context = connection.context();
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    return context == null || tls == null
        ? ClientCertificateFields.NONE
        : ClientCertificates.fields(context, tls);
  }

  private void passThrough(
      ChannelHandlerContext ctx, UpstreamPlan upstream, String route, ClientHello hello) {
    Channel channel = ctx.channel();
    // The ClientHello waits in its handler until there is somebody to give it to.
    channel.config().setAutoRead(false);
    InetSocketAddress peer = (InetSocketAddress) channel.remoteAddress();
    TlsLeg told = new TlsLeg("", "", "", "", hello.serverName(), false, "");
    TunnelJournal journal = new TunnelJournal(
        observer,
        facts(peer, NetUtil.toAddressString(peer.getAddress()), told),
        loop.snapshot().isJournalled() || debugWatch.isOn() ? RequestIds.next() : "",
        hello.serverName(),
        TunnelRecord.PASSTHROUGH,
        route,
        upstream.name());
    journal.watch(debugWatch, hello);
    loop.pool(upstream).connectRaw(new UpstreamPool.RawAcquirer() {
      @Override
      public void connected(Channel to, UpstreamFacts facts) {
        joinPassthrough(ctx, to, journal, facts);
      }

      @Override
      public void notConnected(Failure failure) {
        journal.notConnected(failure);
        channel
            .writeAndFlush(TlsAlert.fatalRecord(channel.alloc(), TlsAlert.INTERNAL_ERROR))
            .addListener(ignored -> channel.close());
      }
    });
  }

  private void joinPassthrough(
      ChannelHandlerContext ctx, Channel to, TunnelJournal journal, UpstreamFacts facts) {
    Channel channel = ctx.channel();
    journal.connected(facts);
    if (!channel.isActive()) {
      to.close();
      journal.ended(0, 0, TunnelEnd.RESET_BY_CLIENT);
      return;
    }
    tunnel(channel, to, journal);
    // The tunnel stands behind it now and gets the bytes as they came, the ClientHello first.
    channel.pipeline().remove(ctx.handler());
    channel.config().setAutoRead(true);
    to.config().setAutoRead(true);
  }

  private void startTunnel(
      ClientConnection client,
      Channel channel,
      UpstreamConnection upstream,
      Exchange over,
      String protocol) {
    TunnelJournal journal = new TunnelJournal(
        observer,
        client.facts(),
        over.id(),
        over.request().host(),
        protocol,
        over.route(),
        over.upstreamName());
    journal.connected(upstream.facts());
    tunnel(channel, upstream.channel(), journal);
  }

  private void tunnel(Channel client, Channel upstream, TunnelJournal journal) {
    Tunnel tunnel = Tunnel.start(
        client,
        upstream,
        loop.deadlines(),
        loop.snapshot().config().timeouts().tunnelIdle(),
        loop.relayBuffer(),
        journal);
    open.endsBy(client, new TunnelEnding(tunnel));
  }

  /**
   * A tunnel is waited for as long as the grace lasts. One that was passed through stays under any
   * snapshot: nobody was let in here.
   */
  private record TunnelEnding(Tunnel tunnel) implements OpenConnections.Ending {
    @Override
    public void drain() {
      // What goes through has no end that we could see.
    }

    @Override
    public void cut() {
      tunnel.cutOff();
    }
  }
}
