package io.reseal.core.listener;

import io.reseal.core.failure.TlsVerdict;
import io.reseal.core.snapshot.HostRoutes;
import io.reseal.core.snapshot.ListenerTable;
import io.reseal.core.tls.ClientHello;
import io.reseal.core.tls.HelloVerdicts;
import io.reseal.core.tls.ServerContext;
import io.reseal.core.tls.ServerContexts;
import io.reseal.core.tls.TlsAlert;
import io.reseal.core.upstream.UpstreamPlan;

/** What becomes of a client's TLS connection, decided by its ClientHello. */
public sealed interface TlsDecision {

  /** Decides by what a listener serves. */
  static TlsDecision of(ListenerTable table, ClientHello hello) {
    HostRoutes routes = table.hosts().lookup(hello.serverName());
    if (routes != null && routes.passthrough() != null) {
      return new Passthrough(routes.passthrough(), routes.passthroughRoute());
    }
    ServerContexts contexts = table.tls();
    ServerContext context = contexts == null ? null : contexts.select(hello.serverName());
    if (context == null) {
      return new Refuse(
          TlsAlert.UNRECOGNIZED_NAME, HelloVerdicts.unknownServerName(hello.serverName()));
    }
    if (!context.acceptsAlpn(hello.alpn())) {
      return new Refuse(TlsAlert.NO_APPLICATION_PROTOCOL, HelloVerdicts.noProtocol(hello.alpn()));
    }
    return new Terminate(context);
  }

  /** TLS ends here, with this identity. */
  record Terminate(ServerContext context) implements TlsDecision {}

  /** The bytes go to this upstream as they came. */
  record Passthrough(UpstreamPlan upstream, String route) implements TlsDecision {}

  /**
   * The connection is refused with a TLS alert.
   *
   * @param alert the alert's number
   * @param verdict why
   */
  record Refuse(int alert, TlsVerdict verdict) implements TlsDecision {}
}
