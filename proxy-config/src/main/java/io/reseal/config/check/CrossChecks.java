package io.reseal.config.check;

import io.reseal.config.HostPort;
import io.reseal.config.Listener;
import io.reseal.config.ListenerSecurity;
import io.reseal.config.Location;
import io.reseal.config.ProxyConfig;
import io.reseal.config.Route;
import io.reseal.config.ServerIdentity;
import io.reseal.config.TrustAnchors;
import io.reseal.config.Upstream;
import io.reseal.config.UpstreamTls;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The rules that concern more than one key. */
public final class CrossChecks {
  private final ProxyConfig config;
  private final Findings findings;
  private final Map<String, Listener> listeners = new HashMap<>();
  private final Map<String, Upstream> upstreams = new HashMap<>();
  private final Map<String, ServerIdentity> identities = new HashMap<>();

  private CrossChecks(ProxyConfig config, Findings findings) {
    this.config = config;
    this.findings = findings;
    config.upstreams().forEach(upstream -> upstreams.put(upstream.name(), upstream));
    config.identities().forEach(identity -> identities.put(identity.name(), identity));
  }

  /** Runs every rule. */
  public static void run(ProxyConfig config, Findings findings) {
    CrossChecks checks = new CrossChecks(config, findings);
    checks.listeners();
    checks.routes();
    new RouteChecks(config, findings, checks.listeners, checks.identities).run();
    checks.warnAboutUnused();
  }

  // ---- listeners

  private void listeners() {
    Set<HostPort> taken = new HashSet<>();
    for (Listener listener : config.listeners()) {
      if (listeners.putIfAbsent(listener.name(), listener) != null) {
        findings.error(
            findings.of("listener", listener.name(), "name"),
            "listener name given twice",
            quoted(listener.name()),
            "a unique name",
            "Rename one of them.");
      }
      for (HostPort address : listener.addresses()) {
        if (address.port() != 0 && !taken.add(address)) {
          findings.error(
              findings.of("listener", listener.name(), "address"),
              "address given twice",
              address.toString(),
              "each address once",
              "Several hosts share one listener by their routes.");
        }
      }
      if (listener.security() instanceof ListenerSecurity.Tls tls) {
        tls(listener, tls);
      }
    }
  }

  private void tls(Listener listener, ListenerSecurity.Tls tls) {
    Location at = findings.of("listener", listener.name(), "tls");
    for (String name : tls.identities()) {
      requireIdentity(name, at);
    }
    if (tls.unknownServerName() instanceof ListenerSecurity.UnknownServerName.ServeIdentity named) {
      requireIdentity(named.identity(), at);
    }
    Map<String, String> owners = new HashMap<>();
    for (String name : tls.identities()) {
      ServerIdentity identity = identities.get(name);
      if (identity == null) {
        continue;
      }
      for (String serverName : identity.serverNames()) {
        String other = owners.putIfAbsent(serverName, name);
        if (other != null && !other.equals(name)) {
          findings.error(
              at,
              "two identities for one server name on listener " + quoted(listener.name()),
              serverName + ": " + other + ", " + name,
              "one identity for each name",
              "Choose by the listener's identities, or by the identities' serverNames.");
        }
      }
    }
  }

  private void requireIdentity(String name, Location at) {
    if (!identities.containsKey(name) && !isBroken("identity", name)) {
      findings.error(
          at,
          "identity " + quoted(name) + " is not defined",
          "",
          "one of " + String.join(", ", identities.keySet()),
          Suggestion.of(name, identities.keySet()));
    }
  }

  /** Whether the thing is there and has an error of its own, which says enough. */
  private boolean isBroken(String kind, String name) {
    return findings.of(kind, name, "").line() > 0;
  }

  // ---- routes

  private void routes() {
    for (Route route : config.routes()) {
      for (String name : route.listeners()) {
        if (!listeners.containsKey(name)) {
          findings.error(
              findings.of("route", route.name(), "listeners"),
              "listener " + quoted(name) + " is not defined",
              "",
              "one of " + String.join(", ", listeners.keySet()),
              Suggestion.of(name, listeners.keySet()));
        }
      }
      String upstream = upstreamOf(route);
      if (upstream.isEmpty()) {
        continue;
      }
      Upstream target = upstreams.get(upstream);
      Location at = findings.of("route", route.name(), actionOf(route));
      if (target == null) {
        findings.error(
            at,
            "upstream " + quoted(upstream) + " is not defined",
            "",
            "one of " + String.join(", ", upstreams.keySet()),
            Suggestion.of(upstream, upstreams.keySet()));
      } else if (!target.tls().equals(UpstreamTls.DEFAULT) && wastesTls(route)) {
        findings.error(
            at,
            "route " + quoted(route.name()) + " does not use the tls settings of upstream "
                + quoted(upstream),
            actionOf(route),
            "reencrypt, or an upstream without tls",
            "Offload sends cleartext and passthrough the client's own bytes: nothing is verified.");
      }
    }
  }

  /**
   * Whether a route leaves the tls settings of its upstream unused, against what their author must
   * have meant. One that passes through may share its upstream with one that re-encrypts.
   */
  private boolean wastesTls(Route route) {
    return switch (route) {
      case Route.Reencrypt reencrypt -> false;
      case Route.Redirect redirect -> false;
      case Route.Offload offload -> true;
      case Route.Passthrough passthrough ->
        config.routes().stream()
            .noneMatch(other -> other instanceof Route.Reencrypt reencrypt
                && reencrypt.upstream().equals(passthrough.upstream()));
    };
  }

  static String upstreamOf(Route route) {
    if (route instanceof Route.Reencrypt reencrypt) {
      return reencrypt.upstream();
    }
    if (route instanceof Route.Passthrough passthrough) {
      return passthrough.upstream();
    }
    return route instanceof Route.Offload offload ? offload.upstream() : "";
  }

  static String actionOf(Route route) {
    if (route instanceof Route.Reencrypt) {
      return "reencrypt";
    }
    if (route instanceof Route.Passthrough) {
      return "passthrough";
    }
    return route instanceof Route.Offload ? "offload" : "redirect";
  }

  // ---- what is left over

  private void warnAboutUnused() {
    Set<String> usedUpstreams = new HashSet<>();
    config.routes().forEach(route -> usedUpstreams.add(upstreamOf(route)));
    for (Upstream upstream : config.upstreams()) {
      Location at = findings.of("upstream", upstream.name(), "endpoints");
      if (!usedUpstreams.contains(upstream.name())) {
        findings.warn(at, "no route uses upstream " + quoted(upstream.name()), "", "", "");
      }
      if (upstream.tls().trustAnchors() instanceof TrustAnchors.Unverified) {
        findings.warn(
            findings.of("upstream", upstream.name(), "tls.skipVerification"),
            "upstream " + quoted(upstream.name()) + " is not verified",
            "skipVerification: true",
            "",
            "Whoever can reach the network in between can read and change everything. Name its CA"
                + " by destinationCA.");
      }
    }
    Set<String> usedIdentities = new HashSet<>();
    for (Listener listener : config.listeners()) {
      if (listener.security() instanceof ListenerSecurity.Tls tls) {
        usedIdentities.addAll(tls.identities());
        if (tls.unknownServerName()
            instanceof ListenerSecurity.UnknownServerName.ServeIdentity named) {
          usedIdentities.add(named.identity());
        }
      }
    }
    for (ServerIdentity identity : config.identities()) {
      if (!usedIdentities.contains(identity.name())) {
        findings.warn(
            findings.of("identity", identity.name(), "certificate"),
            "no TLS listener serves identity " + quoted(identity.name()),
            "",
            "",
            "");
      }
    }
  }

  static String quoted(String text) {
    return '"' + text + '"';
  }
}
