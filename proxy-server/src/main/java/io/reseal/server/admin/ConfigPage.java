package io.reseal.server.admin;

import io.reseal.config.AccessLogSettings;
import io.reseal.config.AdminSettings;
import io.reseal.config.ClientAuth;
import io.reseal.config.HostPattern;
import io.reseal.config.HostPort;
import io.reseal.config.KeyPairMaterial;
import io.reseal.config.Limits;
import io.reseal.config.Listener;
import io.reseal.config.ListenerSecurity;
import io.reseal.config.ListenerSecurity.UnknownServerName;
import io.reseal.config.Network;
import io.reseal.config.PathMatch;
import io.reseal.config.ProxyConfig;
import io.reseal.config.RedirectTarget;
import io.reseal.config.RequestPolicy;
import io.reseal.config.RevocationList;
import io.reseal.config.Route;
import io.reseal.config.RuntimeSettings;
import io.reseal.config.ServerIdentity;
import io.reseal.config.Timeouts;
import io.reseal.config.TracingSettings;
import io.reseal.config.TrustAnchors;
import io.reseal.config.Upstream;
import io.reseal.config.UpstreamTls;
import io.reseal.config.UpstreamTls.ServerNameSent;
import io.reseal.config.schema.TypeText;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * The configuration in effect, defaults included, as JSON with the keys of the file. Keys and
 * passwords are not in it; of certificates it says only where they came from.
 */
public final class ConfigPage {
  private final Supplier<ProxyConfig> config;

  public ConfigPage(Supplier<ProxyConfig> config) {
    this.config = config;
  }

  /** The document as of now. */
  public String document() {
    ProxyConfig current = config.get();
    return JsonText.object(json -> json.objects(
            "listeners", current.listeners(), ConfigPage::listener)
        .objects("identities", current.identities(), ConfigPage::identity)
        .objects("routes", current.routes(), ConfigPage::route)
        .objects("upstreams", current.upstreams(), ConfigPage::upstream)
        .object("limits", each -> limits(each, current.limits()))
        .object("timeouts", each -> timeouts(each, current.timeouts()))
        .object("requests", each -> requests(each, current.requests()))
        .object("runtime", each -> runtime(each, current.runtime()))
        .object(
            "diagnostics",
            each ->
                each.texts("trustedNetworks", networks(current.diagnostics().trustedNetworks())))
        .object("admin", each -> admin(each, current.admin()))
        .object("accessLog", each -> accessLog(each, current.accessLog()))
        .object("tracing", each -> tracing(each, current.tracing())));
  }

  private static void listener(JsonText json, Listener listener) {
    json.text("name", listener.name())
        .texts(
            "addresses", listener.addresses().stream().map(HostPort::toString).toList());
    if (listener.security() instanceof ListenerSecurity.Tls tls) {
      json.object("tls", each -> tls(each, tls));
    }
    json.texts("trustedPeers", networks(listener.trustedPeers()))
        .number("maxConnections", listener.maxConnections())
        .number("maxConnectionsPerSource", listener.maxConnectionsPerSource());
  }

  private static void tls(JsonText json, ListenerSecurity.Tls tls) {
    json.texts("versions", tls.versions().protocolNames())
        .texts("groups", tls.groups())
        .texts("identities", tls.identities());
    if (tls.unknownServerName() instanceof UnknownServerName.ServeIdentity shown) {
      json.text("defaultIdentity", shown.identity());
    }
    json.flag("http2", tls.http2());
  }

  private static void identity(JsonText json, ServerIdentity identity) {
    json.text("name", identity.name())
        .texts("serverNames", identity.serverNames())
        .objects(
            "keyPairs",
            identity.keyPairs(),
            (each, keyPair) -> each.text("certificate", keyPair.source()));
    if (identity.clientAuth() instanceof ClientAuth.Asked asked) {
      json.object("clientAuth", each -> clientAuth(each, asked));
    }
  }

  private static void clientAuth(JsonText json, ClientAuth.Asked asked) {
    json.text("mode", word(asked.mode()))
        .text("ca", asked.source())
        .texts("crl", sources(asked.revocationLists()))
        .texts(
            "forward",
            asked.forwarded().stream().map(each -> word(each).replace('_', '-')).toList());
  }

  private static List<String> sources(Collection<RevocationList> lists) {
    return lists.stream().map(RevocationList::source).distinct().toList();
  }

  private static void route(JsonText json, Route route) {
    json.text("name", route.name())
        .texts("hosts", route.hosts().stream().map(HostPattern::toString).toList())
        .texts("listeners", route.listeners());
    if (route instanceof Route.Http http) {
      json.objects("paths", http.paths(), ConfigPage::path);
    }
    switch (route) {
      case Route.Reencrypt forward -> json.text("reencrypt", forward.upstream());
      case Route.Passthrough forward -> json.text("passthrough", forward.upstream());
      case Route.Offload forward -> json.text("offload", forward.upstream());
      case Route.Redirect redirect ->
        json.object("redirect", each -> target(each, redirect.target()));
    }
  }

  private static void path(JsonText json, PathMatch path) {
    json.text(path instanceof PathMatch.Exact ? "exact" : "prefix", path.path());
  }

  private static void target(JsonText json, RedirectTarget target) {
    json.text("scheme", target.scheme())
        .text("host", target.host())
        .number("port", target.port())
        .number("status", target.status());
  }

  private static void upstream(JsonText json, Upstream upstream) {
    json.text("name", upstream.name())
        .texts(
            "endpoints", upstream.endpoints().stream().map(HostPort::toString).toList())
        .object("tls", each -> upstreamTls(each, upstream.tls()));
  }

  private static void upstreamTls(JsonText json, UpstreamTls tls) {
    switch (tls.trustAnchors()) {
      case TrustAnchors.SystemStore ignored -> json.text("trustAnchors", "system");
      case TrustAnchors.DestinationCa ca -> json.text("destinationCA", ca.source());
      case TrustAnchors.Unverified ignored -> json.flag("skipVerification", true);
    }
    switch (tls.serverName()) {
      case ServerNameSent.EndpointName ignored -> json.text("serverNameFrom", "endpoint");
      case ServerNameSent.RequestHost ignored -> json.text("serverNameFrom", "request");
      case ServerNameSent.Fixed(String name) -> json.text("serverName", name);
    }
    json.texts("acceptedNames", tls.acceptedNames())
        .flag("commonNameFallback", tls.commonNameFallback())
        .texts("versions", tls.versions().protocolNames())
        .texts("crl", sources(tls.revocationLists()));
    for (KeyPairMaterial keyPair : tls.clientIdentity().keyPairs()) {
      json.object("clientIdentity", each -> each.text("certificate", keyPair.source()));
    }
  }

  private static void limits(JsonText json, Limits limits) {
    json.number("clientHelloBytes", limits.clientHelloBytes())
        .number("requestTargetBytes", limits.requestTargetBytes())
        .number("requestHeadBytes", limits.requestHeadBytes())
        .number("requestFields", limits.requestFields())
        .number("requestBodyBytes", limits.requestBodyBytes())
        .number("responseHeadBytes", limits.responseHeadBytes())
        .number("responseFields", limits.responseFields())
        .number("http2Streams", limits.http2Streams())
        .number("upstreamConnections", limits.upstreamConnections())
        .number("upstreamIdleConnections", limits.upstreamIdleConnections())
        .number("upstreamConnecting", limits.upstreamConnecting())
        .number("upstreamAttempts", limits.upstreamAttempts());
  }

  private static void timeouts(JsonText json, Timeouts timeouts) {
    json.text("handshake", TypeText.time(timeouts.handshake()))
        .text("requestHead", TypeText.time(timeouts.requestHead()))
        .text("keepAlive", TypeText.time(timeouts.keepAlive()))
        .text("bodyIdle", TypeText.time(timeouts.bodyIdle()))
        .text("connect", TypeText.time(timeouts.connect()))
        .text("upstreamHandshake", TypeText.time(timeouts.upstreamHandshake()))
        .text("responseHead", TypeText.time(timeouts.responseHead()))
        .text("tunnelIdle", TypeText.time(timeouts.tunnelIdle()))
        .text("upstreamIdle", TypeText.time(timeouts.upstreamIdle()))
        .text("upstreamAge", TypeText.time(timeouts.upstreamAge()))
        .text("resolve", TypeText.time(timeouts.resolve()));
  }

  private static void requests(JsonText json, RequestPolicy requests) {
    json.text("encodedSlashes", word(requests.encodedSlashes()))
        .text("repeatedSlashes", word(requests.repeatedSlashes()))
        .text("underscoresInNames", word(requests.underscoresInNames()));
  }

  private static void runtime(JsonText json, RuntimeSettings runtime) {
    json.text("transport", word(runtime.transport()))
        .text("tlsProvider", word(runtime.tlsProvider()))
        .number("eventLoops", runtime.eventLoops());
  }

  private static void admin(JsonText json, AdminSettings admin) {
    json.text("address", admin.address().toString())
        .text("statusAddress", admin.statusAddress().toString())
        .texts("hosts", admin.hosts());
  }

  private static void accessLog(JsonText json, AccessLogSettings log) {
    json.text("output", log.output().toString())
        .text("format", word(log.format()))
        .text("query", word(log.query()))
        .number("queueLines", log.queueLines());
  }

  private static void tracing(JsonText json, TracingSettings tracing) {
    json.text("requestId", word(tracing.requestId()))
        .text("traceparent", word(tracing.traceparent()))
        .text("endpoint", tracing.endpoint().toString())
        .objects("headers", tracing.headers(), ConfigPage::header);
    if (tracing.destinationCA() instanceof TrustAnchors.DestinationCa ca) {
      json.text("destinationCA", ca.source());
    }
    json.number("sampleOneIn", tracing.sampleOneIn()).number("queueSpans", tracing.queueSpans());
  }

  /** The value may be a secret. */
  private static void header(JsonText json, TracingSettings.Header header) {
    json.text("name", header.name());
    if (header.source().equals(TracingSettings.Header.INLINE)) {
      json.text("value", "(not shown)");
    } else {
      json.text("valueFile", header.source());
    }
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static List<String> networks(Collection<Network> networks) {
    return networks.stream().map(Network::toString).toList();
  }
}
