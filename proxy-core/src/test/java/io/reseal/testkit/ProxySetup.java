package io.reseal.testkit;

import io.reseal.config.AccessLogSettings;
import io.reseal.config.AdminSettings;
import io.reseal.config.Diagnostics;
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
import io.reseal.config.Route;
import io.reseal.config.RuntimeSettings;
import io.reseal.config.ServerIdentity;
import io.reseal.config.Timeouts;
import io.reseal.config.TlsVersions;
import io.reseal.config.TracingSettings;
import io.reseal.config.TrustAnchors;
import io.reseal.config.Upstream;
import io.reseal.config.UpstreamTls;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A configuration in the making. It starts with two listeners on loopback, {@code https} with
 * HTTP/2 and {@code http} in cleartext, no identity, no route, and one event loop, so that which
 * pooled connection a request takes is known.
 */
public final class ProxySetup {
  public static final String HTTPS = "https";
  public static final String HTTP = "http";

  private final List<ServerIdentity> identities = new ArrayList<>();
  private final List<Route> routes = new ArrayList<>();
  private final List<Upstream> upstreams = new ArrayList<>();
  private List<Network> trustedPeers = List.of();
  private UnknownServerName unknownServerName = new UnknownServerName.Refuse();
  private TlsVersions versions = TlsVersions.MODERN;
  private boolean http2 = true;
  private int maxConnections = Listener.DEFAULT_MAX_CONNECTIONS;
  private int maxConnectionsPerSource = Listener.DEFAULT_MAX_CONNECTIONS_PER_SOURCE;
  private Limits limits = Limits.DEFAULT;
  private Timeouts timeouts = Timeouts.DEFAULT;
  private RequestPolicy requests = RequestPolicy.DEFAULT;
  private AdminSettings admin = AdminSettings.OFF;
  private AccessLogSettings accessLog = AccessLogSettings.OFF;
  private TracingSettings tracing = TracingSettings.DEFAULT;
  private RuntimeSettings runtime =
      new RuntimeSettings(RuntimeSettings.Transport.AUTO, RuntimeSettings.TlsProvider.BORINGSSL, 1);

  /** One host {@code a.test} whose requests go, re-encrypted and verified, to this origin. */
  public static ProxySetup inFrontOf(RecordingOrigin origin) {
    return new ProxySetup()
        .identity("front", "a.test")
        .reencrypt("a.test", "origin")
        .upstream("origin", verified(), origin.endpoint());
  }

  /** Trusts the destination CA alone, and wants the endpoint's own name. */
  public static UpstreamTls verified() {
    return new UpstreamTls(
        new TrustAnchors.DestinationCa(
            List.of(Certificates.DESTINATION.certificate()), "destination-ca.pem"),
        new UpstreamTls.ServerNameSent.EndpointName(),
        List.of(),
        false,
        TlsVersions.MODERN);
  }

  /** A certificate that the default upstream settings accept for an endpoint on loopback. */
  public static KeyPairMaterial originIdentity() {
    return OriginIdentity.SHARED;
  }

  private static final class OriginIdentity {
    static final KeyPairMaterial SHARED =
        Certificates.DESTINATION.issue("upstream.test", "127.0.0.1", "localhost");
  }

  public ProxySetup identity(String name, String... serverNames) {
    return identity(new ServerIdentity(
        name, List.of(serverNames), List.of(Certificates.FRONT.issue(serverNames))));
  }

  public ProxySetup identity(ServerIdentity identity) {
    identities.add(identity);
    return this;
  }

  public ProxySetup reencrypt(String host, String upstream) {
    return reencrypt(host, PathMatch.EVERYTHING, upstream);
  }

  public ProxySetup reencrypt(String host, PathMatch path, String upstream) {
    return route(new Route.Reencrypt(
        "route-" + routes.size(), List.of(), List.of(pattern(host)), List.of(path), upstream));
  }

  public ProxySetup offload(String host, PathMatch path, String upstream) {
    return route(new Route.Offload(
        "route-" + routes.size(), List.of(), List.of(pattern(host)), List.of(path), upstream));
  }

  public ProxySetup passthrough(String host, String upstream) {
    return route(new Route.Passthrough(
        "route-" + routes.size(), List.of(HTTPS), List.of(pattern(host)), upstream));
  }

  public ProxySetup redirect(String host, PathMatch path, RedirectTarget target) {
    return route(new Route.Redirect(
        "route-" + routes.size(), List.of(), List.of(pattern(host)), List.of(path), target));
  }

  public ProxySetup route(Route route) {
    routes.add(route);
    return this;
  }

  private static HostPattern pattern(String host) {
    if (host.equals("*")) {
      return new HostPattern.Any();
    }
    return host.startsWith("*.")
        ? new HostPattern.Wildcard(host.substring(2))
        : new HostPattern.Exact(host);
  }

  public ProxySetup upstream(String name, RecordingOrigin... origins) {
    return upstream(
        name,
        verified(),
        Arrays.stream(origins).map(RecordingOrigin::endpoint).toArray(HostPort[]::new));
  }

  public ProxySetup upstream(String name, UpstreamTls tls, HostPort... endpoints) {
    upstreams.add(new Upstream(name, List.of(endpoints), tls));
    return this;
  }

  public ProxySetup trustedPeers(Network... networks) {
    trustedPeers = List.of(networks);
    return this;
  }

  public ProxySetup unknownServerName(UnknownServerName answer) {
    unknownServerName = answer;
    return this;
  }

  public ProxySetup versions(TlsVersions offered) {
    versions = offered;
    return this;
  }

  public ProxySetup withoutHttp2() {
    http2 = false;
    return this;
  }

  /** The most open connections of each listener, and of one source address to it. */
  public ProxySetup maxConnections(int all, int perSource) {
    maxConnections = all;
    maxConnectionsPerSource = perSource;
    return this;
  }

  public ProxySetup limits(UnaryOperator<Limits> change) {
    limits = change.apply(limits);
    return this;
  }

  public ProxySetup timeouts(UnaryOperator<Timeouts> change) {
    timeouts = change.apply(timeouts);
    return this;
  }

  public ProxySetup requests(RequestPolicy policy) {
    requests = policy;
    return this;
  }

  public ProxySetup runtime(RuntimeSettings settings) {
    runtime = settings;
    return this;
  }

  public ProxySetup admin(AdminSettings settings) {
    admin = settings;
    return this;
  }

  public ProxySetup accessLog(AccessLogSettings settings) {
    accessLog = settings;
    return this;
  }

  public ProxySetup tracing(TracingSettings settings) {
    tracing = settings;
    return this;
  }

  public ProxyConfig config() {
    List<String> names = identities.stream().map(ServerIdentity::name).toList();
    ListenerSecurity.Tls tls = new ListenerSecurity.Tls(
        versions, ListenerSecurity.Tls.DEFAULT_GROUPS, names, unknownServerName, http2);
    return new ProxyConfig(
        List.of(listener(HTTPS, tls), listener(HTTP, new ListenerSecurity.Cleartext())),
        identities,
        routes,
        upstreams,
        limits,
        timeouts,
        requests,
        runtime,
        Diagnostics.DEFAULT,
        admin,
        accessLog,
        tracing);
  }

  private Listener listener(String name, ListenerSecurity security) {
    return new Listener(
        name,
        List.of(new HostPort("127.0.0.1", 0)),
        security,
        trustedPeers,
        maxConnections,
        maxConnectionsPerSource);
  }

  public ProxyFixture start() {
    return ProxyFixture.start(config());
  }
}
