package io.reseal.core.snapshot;

import io.reseal.config.Listener;
import io.reseal.config.ListenerSecurity;
import io.reseal.config.PathMatch;
import io.reseal.config.ProxyConfig;
import io.reseal.config.Route;
import io.reseal.config.ServerIdentity;
import io.reseal.config.TracingSettings;
import io.reseal.config.Upstream;
import io.reseal.core.http.CanonicalRequest;
import io.reseal.core.tls.ServerContexts;
import io.reseal.core.tls.UpstreamTlsContext;
import io.reseal.core.upstream.UpstreamPlan;
import io.reseal.core.upstream.UpstreamPlan.Protection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The way from a checked configuration to a {@link Snapshot}. Runs off the event loops; used once.
 */
public final class SnapshotCompiler {
  private final ProxyConfig config;
  private final Map<String, Upstream> upstreams = new HashMap<>();
  private final Map<PlanKey, UpstreamPlan> plans = new LinkedHashMap<>();

  private SnapshotCompiler(ProxyConfig config) {
    this.config = config;
    for (Upstream upstream : config.upstreams()) {
      upstreams.put(upstream.name(), upstream);
    }
  }

  /**
   * Compiles a configuration.
   *
   * @throws IllegalArgumentException if it names what it does not define, or if a TLS library
   *     refuses a key, a certificate or a setting
   */
  public static Snapshot compile(ProxyConfig config) {
    SnapshotCompiler compiler = new SnapshotCompiler(config);
    Map<String, ListenerTable> listeners = new LinkedHashMap<>();
    try {
      for (Listener listener : config.listeners()) {
        HostTable hosts = compiler.hostsOf(listener);
        listeners.put(
            listener.name(), new ListenerTable(listener, compiler.tlsOf(listener), hosts));
      }
    } catch (RuntimeException refused) {
      // What the TLS library has made so far belongs to nobody else.
      compiler.snapshot(listeners).release();
      throw refused;
    }
    return compiler.snapshot(listeners);
  }

  private Snapshot snapshot(Map<String, ListenerTable> listeners) {
    CanonicalRequest rules = new CanonicalRequest(config.requests(), config.limits());
    TracingSettings tracing = config.tracing();
    boolean journalled = config.accessLog().isOn()
        || tracing.startsTraces()
        || tracing.requestId() == TracingSettings.RequestId.SET;
    return new Snapshot(config, rules, listeners, new ArrayList<>(plans.values()), journalled);
  }

  private @Nullable ServerContexts tlsOf(Listener listener) {
    return switch (listener.security()) {
      case ListenerSecurity.Cleartext ignored -> null;
      case ListenerSecurity.Tls tls -> {
        List<ServerIdentity> served = config.identities().stream()
            .filter(identity -> tls.identities().contains(identity.name()))
            .toList();
        yield ServerContexts.compile(tls, served, config.runtime().tlsProvider());
      }
    };
  }

  private HostTable hostsOf(Listener listener) {
    HostTable.Builder table = new HostTable.Builder();
    for (Route route : config.routes()) {
      if (!route.listeners().isEmpty() && !route.listeners().contains(listener.name())) {
        continue;
      }
      switch (route) {
        case Route.Passthrough passthrough -> addPassthrough(table, listener, passthrough);
        case Route.Reencrypt forward ->
          addHttp(
              table,
              forward,
              new RoutePlan.Forward(forward.name(), plan(forward.upstream(), Protection.TLS)));
        case Route.Offload forward ->
          addHttp(
              table,
              forward,
              new RoutePlan.Forward(
                  forward.name(), plan(forward.upstream(), Protection.CLEARTEXT)));
        case Route.Redirect redirect ->
          addHttp(table, redirect, new RoutePlan.Redirect(redirect.name(), redirect.target()));
      }
    }
    return table.build();
  }

  private void addPassthrough(
      HostTable.Builder table, Listener listener, Route.Passthrough passthrough) {
    if (!(listener.security() instanceof ListenerSecurity.Tls)) {
      return;
    }
    UpstreamPlan plan = plan(passthrough.upstream(), Protection.RAW);
    passthrough.hosts().forEach(host -> table.addPassthrough(host, plan, passthrough.name()));
  }

  private static void addHttp(HostTable.Builder table, Route.Http route, RoutePlan plan) {
    route.hosts().forEach(host -> {
      for (PathMatch path : route.paths()) {
        table.addPath(host, path, plan);
      }
    });
  }

  private UpstreamPlan plan(String name, Protection protection) {
    Upstream upstream = upstreams.get(name);
    if (upstream == null) {
      throw new IllegalArgumentException(
          "upstream \"%s\" is not defined (defined: %s)".formatted(name, upstreams.keySet()));
    }
    return plans.computeIfAbsent(
        new PlanKey(name, protection),
        ignored -> new UpstreamPlan(plans.size(), upstream, protection, tls(upstream, protection)));
  }

  private @Nullable UpstreamTlsContext tls(Upstream upstream, Protection protection) {
    return protection == Protection.TLS
        ? UpstreamTlsContext.compile(
            upstream.name(), upstream.tls(), config.runtime().tlsProvider(), config.timeouts())
        : null;
  }

  private record PlanKey(String upstream, Protection protection) {}
}
