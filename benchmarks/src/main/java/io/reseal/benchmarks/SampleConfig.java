package io.reseal.benchmarks;

import io.reseal.config.AccessLogSettings;
import io.reseal.config.AdminSettings;
import io.reseal.config.Diagnostics;
import io.reseal.config.HostPattern;
import io.reseal.config.HostPort;
import io.reseal.config.Limits;
import io.reseal.config.Listener;
import io.reseal.config.ListenerSecurity;
import io.reseal.config.PathMatch;
import io.reseal.config.ProxyConfig;
import io.reseal.config.RequestPolicy;
import io.reseal.config.Route;
import io.reseal.config.RuntimeSettings;
import io.reseal.config.Timeouts;
import io.reseal.config.TracingSettings;
import io.reseal.config.Upstream;
import io.reseal.config.UpstreamTls;
import java.util.ArrayList;
import java.util.List;

/** The configurations that are measured: one cleartext listener, one upstream in cleartext. */
final class SampleConfig {
  static final String LISTENER = "http";
  static final HostPort ADDRESS = new HostPort("127.0.0.1", 0);
  static final String EXACT_PATH = "/healthz";

  private static final String UPSTREAM = "shop";
  private static final List<PathMatch> PATHS = List.of(
      new PathMatch.Exact(EXACT_PATH),
      PathMatch.EVERYTHING,
      new PathMatch.Prefix("/api"),
      new PathMatch.Prefix("/static/assets"));

  private SampleConfig() {}

  static String exactHost(int i) {
    return "shop-" + i + ".example";
  }

  static String wildcardParent(int i) {
    return "tenant-" + i + ".example";
  }

  /** So many hosts, every other one a wildcard. */
  static ProxyConfig manyHosts(int count) {
    List<Route> routes = new ArrayList<>(count);
    for (int i = 0; i < count / 2; i++) {
      routes.add(route("exact-" + i, new HostPattern.Exact(exactHost(i))));
      routes.add(route("wildcard-" + i, new HostPattern.Wildcard(wildcardParent(i))));
    }
    return config(routes);
  }

  /** One host. */
  static ProxyConfig oneHost(String host) {
    return config(List.of(route("shop", new HostPattern.Exact(host))));
  }

  private static Route route(String name, HostPattern host) {
    return new Route.Offload(name, List.of(), List.of(host), PATHS, UPSTREAM);
  }

  private static ProxyConfig config(List<Route> routes) {
    Listener listener = new Listener(
        LISTENER,
        List.of(ADDRESS),
        new ListenerSecurity.Cleartext(),
        List.of(),
        Listener.DEFAULT_MAX_CONNECTIONS,
        Listener.DEFAULT_MAX_CONNECTIONS_PER_SOURCE);
    Upstream upstream =
        new Upstream(UPSTREAM, List.of(new HostPort("127.0.0.1", 8080)), UpstreamTls.DEFAULT);
    return new ProxyConfig(
        List.of(listener),
        List.of(),
        routes,
        List.of(upstream),
        Limits.DEFAULT,
        Timeouts.DEFAULT,
        RequestPolicy.DEFAULT,
        new RuntimeSettings(
            RuntimeSettings.Transport.NIO, RuntimeSettings.TlsProvider.BORINGSSL, 1),
        Diagnostics.DEFAULT,
        AdminSettings.OFF,
        AccessLogSettings.OFF,
        TracingSettings.DEFAULT);
  }
}
