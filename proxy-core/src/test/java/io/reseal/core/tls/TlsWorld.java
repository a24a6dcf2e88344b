package io.reseal.core.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslHandler;
import io.reseal.config.HostPort;
import io.reseal.config.ListenerSecurity.Tls;
import io.reseal.config.ListenerSecurity.UnknownServerName.ServeIdentity;
import io.reseal.config.RuntimeSettings.TlsProvider;
import io.reseal.config.ServerIdentity;
import io.reseal.config.Timeouts;
import io.reseal.config.TlsVersions;
import io.reseal.config.TrustAnchors;
import io.reseal.config.UpstreamTls;
import io.reseal.testkit.TestPki.Issued;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Short ways to the configurations that the TLS tests use. */
final class TlsWorld {
  static final TlsVersions TLS_1_2 = new TlsVersions(true, false);
  static final TlsVersions TLS_1_3 = new TlsVersions(false, true);
  static final HostPort ENDPOINT = new HostPort("shop.example", 8443);

  private TlsWorld() {}

  /** A server that shows one identity to everyone. */
  static ServerContexts server(TlsProvider provider, TlsVersions versions, Issued... issued) {
    ServerIdentity identity = new ServerIdentity(
        "only",
        List.of("shop.example"),
        Arrays.stream(issued).map(Issued::material).toList());
    Tls tls =
        new Tls(versions, Tls.DEFAULT_GROUPS, List.of("only"), new ServeIdentity("only"), true);
    return ServerContexts.compile(tls, List.of(identity), provider, null);
  }

  static UpstreamTls policy(TrustAnchors anchors, TlsVersions versions) {
    return new UpstreamTls(
        anchors, new UpstreamTls.ServerNameSent.EndpointName(), List.of(), false, versions);
  }

  static UpstreamTlsContext client(
      TlsProvider provider, TlsVersions versions, TrustAnchors anchors) {
    return UpstreamTlsContext.compile(
        "shop", policy(anchors, versions), provider, Timeouts.DEFAULT);
  }

  /** A client whose verifications show in a counting clock. */
  static UpstreamTlsContext client(
      TlsProvider provider, TlsVersions versions, TrustAnchors anchors, InstantSource clock) {
    return UpstreamTlsContext.compile(
        "shop", policy(anchors, versions), provider, Timeouts.DEFAULT, clock);
  }

  static Function<ByteBufAllocator, SslHandler> serving(ServerContexts contexts) {
    return alloc -> contexts.contexts().getFirst().newHandler(alloc);
  }

  static Function<ByteBufAllocator, SslHandler> asking(UpstreamTlsContext context, String name) {
    return alloc -> context.newHandler(alloc, ENDPOINT, name, List.of(name));
  }
}
