package io.reseal.config.check;

import io.reseal.config.Listener;
import io.reseal.config.ListenerSecurity;
import io.reseal.config.Location;
import io.reseal.config.ProxyConfig;
import io.reseal.config.Route;
import io.reseal.config.ServerIdentity;
import io.reseal.config.TrustAnchors;
import io.reseal.config.Upstream;
import io.reseal.config.UpstreamTls;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The rules that concern more than one key. */
public final class CrossChecks {
  private final ProxyConfig config;
  private final Findings findings;
  private final Map<String, Listener> listeners = new LinkedHashMap<>();
  private final Map<String, Upstream> upstreams = new LinkedHashMap<>();
  private final Map<String, ServerIdentity> identities = new LinkedHashMap<>();

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
    new ClientAuthChecks(config, findings).run();
    checks.warnAboutUnused();
  }

  // ---- listeners

  private void listeners() {
    for (Listener listener : config.listeners()) {
      listeners.putIfAbsent(listener.name(), listener);
      if (listener.security() instanceof ListenerSecurity.Tls tls) {
        identitiesExist(listener, tls);
        namesAreOwnedOnce(listener, tls);
      }
    }
  }

  private void identitiesExist(Listener listener, ListenerSecurity.Tls tls) {
    int index = 0;
    for (String name : tls.identities()) {
      requireIdentity(
          name, findings.of("listener", listener.name(), "tls.identities[" + index++ + "]"));
    }
    if (tls.unknownServerName() instanceof ListenerSecurity.UnknownServerName.ServeIdentity named) {
      requireIdentity(
          named.identity(), findings.of("listener", listener.name(), "tls.defaultIdentity"));
    }
  }

  private void namesAreOwnedOnce(Listener listener, ListenerSecurity.Tls tls) {
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
              findings.of("listener", listener.name(), "tls"),
              "two identities for one server name on listener " + UserText.quoted(listener.name()),
              serverName + ": " + other + ", " + name,
              "one identity for each name",
              "Choose by the listener's identities, or by the identities' serverNames.");
        }
      }
    }
  }

  private void requireIdentity(String name, Location at) {
    if (!identities.containsKey(name) && !isBroken("identity", name)) {
      notDefined("identity", "identities", name, identities.keySet(), at);
    }
  }

  private void notDefined(
      String kind, String key, String name, Collection<String> known, Location at) {
    findings.error(
        at,
        kind + " " + UserText.quoted(name) + " is not defined",
        UserText.quoted(name),
        known.isEmpty() ? "a name under " + key : UserText.oneOf(known),
        Suggestion.of(name, known, "Add it under " + key + ", or fix the name."));
  }

  /** Whether the thing is there and has an error of its own, which says enough. */
  private boolean isBroken(String kind, String name) {
    return findings.of(kind, name, "").line() > 0;
  }

  // ---- routes

  private void routes() {
    for (Route route : config.routes()) {
      int index = 0;
      for (String name : route.listeners()) {
        if (!listeners.containsKey(name)) {
          notDefined(
              "listener",
              "listeners",
              name,
              listeners.keySet(),
              findings.of("route", route.name(), "listeners[" + index + "]"));
        }
        index++;
      }
      String upstream = upstreamOf(route);
      if (upstream.isEmpty()) {
        continue;
      }
      Upstream target = upstreams.get(upstream);
      Location at = findings.of("route", route.name(), actionOf(route));
      if (target == null) {
        notDefined("upstream", "upstreams", upstream, upstreams.keySet(), at);
      } else if (!target.tls().equals(UpstreamTls.DEFAULT) && wastesTls(route)) {
        findings.error(
            at,
            "route " + UserText.quoted(route.name()) + " does not use the tls settings of upstream "
                + UserText.quoted(upstream),
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
        findings.warn(
            at,
            "no route uses upstream " + UserText.quoted(upstream.name()),
            "",
            "a route to it",
            "Remove it, or add the route.");
      }
      if (upstream.tls().trustAnchors() instanceof TrustAnchors.Unverified) {
        findings.warn(
            findings.of("upstream", upstream.name(), "tls.skipVerification"),
            "upstream " + UserText.quoted(upstream.name()) + " is not verified",
            "skipVerification: true",
            "a destinationCA",
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
            "no TLS listener serves identity " + UserText.quoted(identity.name()),
            "",
            "a listener with tls that names it",
            "Remove it, or name it in a listener's tls.identities.");
      }
    }
  }
}
