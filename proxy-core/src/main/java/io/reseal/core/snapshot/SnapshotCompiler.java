package io.reseal.core.snapshot;

import io.reseal.config.HostPort;
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
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The way from a checked configuration to a {@link Snapshot}. Runs off the event loops; used once.
 */
public final class SnapshotCompiler {
  private final ProxyConfig config;
  private final @Nullable Snapshot previous;
  private final BitSet takenIndexes = new BitSet();
  private final Map<PlanKey, UpstreamPlan> previousPlans = new HashMap<>();
  private final Map<String, Upstream> upstreams = new HashMap<>();
  private final Map<PlanKey, UpstreamPlan> plans = new LinkedHashMap<>();

  private SnapshotCompiler(ProxyConfig config, @Nullable Snapshot previous) {
    this.config = config;
    this.previous = previous;
    if (previous != null) {
      for (UpstreamPlan plan : previous.upstreams()) {
        previousPlans.put(new PlanKey(plan.name(), plan.protection()), plan);
        takenIndexes.set(plan.index());
      }
    }
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
    return compile(config, null);
  }

  /**
   * The same for a configuration that follows another: contexts and plans that have not changed are
   * shared with it, so that sessions and pools go on.
   */
  public static Snapshot compile(ProxyConfig config, @Nullable Snapshot previous) {
    SnapshotCompiler compiler = new SnapshotCompiler(config, previous);
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
    return new Snapshot(
        config,
        rules,
        listeners,
        byAddress(listeners),
        passedOn(),
        new ArrayList<>(plans.values()),
        journalled);
  }

  /** What is bound to any port is known by its listener's name only. */
  private static Map<HostPort, ListenerTable> byAddress(Map<String, ListenerTable> listeners) {
    Map<HostPort, ListenerTable> tables = new HashMap<>();
    for (ListenerTable table : listeners.values()) {
      for (HostPort address : table.config().addresses()) {
        if (address.port() != 0) {
          tables.put(address, table);
        }
      }
    }
    return tables;
  }

  /** Names whose listener has an address that was another's before; they stay so. */
  private Set<String> passedOn() {
    if (previous == null) {
      return Set.of();
    }
    Set<String> names = new HashSet<>(previous.passedOn());
    for (Listener listener : config.listeners()) {
      for (HostPort address : listener.addresses()) {
        ListenerTable before = previous.byAddress().get(address);
        if (before != null && !before.config().name().equals(listener.name())) {
          names.add(listener.name());
        }
      }
    }
    return names;
  }

  private @Nullable ServerContexts tlsOf(Listener listener) {
    return switch (listener.security()) {
      case ListenerSecurity.Cleartext ignored -> null;
      case ListenerSecurity.Tls tls -> {
        Set<String> names = new HashSet<>(tls.identities());
        List<ServerIdentity> served = config.identities().stream()
            .filter(identity -> names.contains(identity.name()))
            .toList();
        ListenerTable before = previous == null ? null : previous.before(listener);
        yield ServerContexts.compile(
            tls, served, config.runtime().tlsProvider(), before == null ? null : before.tls());
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
        new PlanKey(name, protection), key -> plan(key, upstream, previousPlans.get(key)));
  }

  private UpstreamPlan plan(PlanKey key, Upstream upstream, @Nullable UpstreamPlan before) {
    if (key.protection() != Protection.TLS) {
      if (before != null && before.isOf(upstream)) {
        return before;
      }
      int index = before == null ? freeIndex() : before.index();
      return new UpstreamPlan(index, upstream, key.protection(), null, before);
    }
    UpstreamTlsContext used = before == null ? null : before.tlsContext();
    if (before != null
        && used != null
        && used.isFor(upstream.tls(), config.runtime().tlsProvider(), config.timeouts())) {
      used.retain();
      return before.isOf(upstream)
          ? before
          : new UpstreamPlan(before.index(), upstream, Protection.TLS, used, before);
    }
    UpstreamTlsContext made = UpstreamTlsContext.compile(
        upstream.name(), upstream.tls(), config.runtime().tlsProvider(), config.timeouts());
    return new UpstreamPlan(freeIndex(), upstream, Protection.TLS, made, before);
  }

  /** A place for a pool that no pool of the previous snapshot has. */
  private int freeIndex() {
    int index = takenIndexes.nextClearBit(0);
    takenIndexes.set(index);
    return index;
  }

  private record PlanKey(String upstream, Protection protection) {}
}
