package io.reseal.config.check;

import io.reseal.config.HostPattern;
import io.reseal.config.Listener;
import io.reseal.config.ListenerSecurity;
import io.reseal.config.Location;
import io.reseal.config.PathMatch;
import io.reseal.config.ProxyConfig;
import io.reseal.config.RequestPolicy;
import io.reseal.config.RequestPolicy.EncodedSlashes;
import io.reseal.config.RequestPolicy.RepeatedSlashes;
import io.reseal.config.Route;
import io.reseal.config.ServerIdentity;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The rules on routes that share a listener. */
final class RouteChecks {
  private final ProxyConfig config;
  private final Findings findings;
  private final Map<String, Listener> listeners;
  private final Map<String, ServerIdentity> identities;

  RouteChecks(
      ProxyConfig config,
      Findings findings,
      Map<String, Listener> listeners,
      Map<String, ServerIdentity> identities) {
    this.config = config;
    this.findings = findings;
    this.listeners = listeners;
    this.identities = identities;
  }

  void run() {
    for (Listener listener : config.listeners()) {
      overlaps(listener);
    }
    for (Route route : config.routes()) {
      passthroughNeedsTls(route);
      pathsCanMatch(route);
    }
  }

  private List<Route> routesOn(Listener listener) {
    boolean tls = listener.security() instanceof ListenerSecurity.Tls;
    return config.routes().stream()
        .filter(route -> route.listeners().isEmpty() || route.listeners().contains(listener.name()))
        .filter(route -> tls || !(route instanceof Route.Passthrough))
        .toList();
  }

  private void overlaps(Listener listener) {
    ServedNames served = ServedNames.of(listener, identities);
    Map<String, Route> terminated = new HashMap<>();
    Map<HostPattern, Route> terminatedHosts = new HashMap<>();
    Map<HostPattern, Route> passedThrough = new LinkedHashMap<>();
    for (Route route : routesOn(listener)) {
      for (HostPattern host : route.hosts()) {
        if (route instanceof Route.Passthrough) {
          Route other = passedThrough.putIfAbsent(host, route);
          if (other != null && other != route) {
            twice(route, other, listener, "host " + host);
          }
        } else if (route instanceof Route.Http http) {
          terminatedHosts.putIfAbsent(host, route);
          requireIdentity(listener, served, http, host);
          for (PathMatch path : http.paths()) {
            String place = host + " " + placeOf(path);
            Route other = terminated.putIfAbsent(place, route);
            if (other != null && other != route) {
              twice(route, other, listener, place);
            }
          }
        }
      }
    }
    for (Map.Entry<HostPattern, Route> entry : passedThrough.entrySet()) {
      Route other = terminatedHosts.get(entry.getKey());
      if (other != null) {
        findings.error(
            findings.of("route", other.name(), CrossChecks.actionOf(other)),
            "host " + entry.getKey() + " is passed through and terminated on listener "
                + UserText.quoted(listener.name()),
            "routes " + entry.getValue().name() + ", " + other.name(),
            "one of the two",
            "Passthrough ends no TLS, so no path can be routed.");
      }
    }
  }

  /** The same text for paths that match the same: "/a" and "/a/" are one prefix. */
  private static String placeOf(PathMatch match) {
    return switch (match) {
      case PathMatch.Exact(String path) -> "exact " + path;
      case PathMatch.Prefix(String path) ->
        "prefix "
            + (path.length() > 1 && path.endsWith("/")
                ? path.substring(0, path.length() - 1)
                : path);
    };
  }

  private void twice(Route route, Route other, Listener listener, String place) {
    findings.error(
        findings.of("route", route.name(), CrossChecks.actionOf(route)),
        "two routes for the same place on listener " + UserText.quoted(listener.name()),
        place + ": " + other.name() + ", " + route.name(),
        "one route",
        "The order of routes does not matter, so neither could win.");
  }

  /** A host that no identity covers could never be reached where unknown names are refused. */
  private void requireIdentity(
      Listener listener, ServedNames served, Route.Http route, HostPattern host) {
    if (!(listener.security() instanceof ListenerSecurity.Tls tls)
        || !(tls.unknownServerName() instanceof ListenerSecurity.UnknownServerName.Refuse)
        || host instanceof HostPattern.Any && !tls.identities().isEmpty()) {
      return;
    }
    if (!served.complete() || served.covers(host)) {
      return;
    }
    // A route for every listener may be meant for another one that covers it.
    Location at = findings.of("route", route.name(), "hosts");
    String what =
        "no identity of listener " + UserText.quoted(listener.name()) + " covers host " + host;
    String hint =
        "Add a certificate with that name, set the listener's defaultIdentity, or name the route's"
            + " listeners.";
    if (route.listeners().isEmpty() && listeners.size() > 1) {
      findings.warn(at, what, namesOf(tls), "a certificate with that name", hint);
    } else {
      findings.error(at, what, namesOf(tls), "a certificate with that name", hint);
    }
  }

  private String namesOf(ListenerSecurity.Tls tls) {
    List<String> names = tls.identities().stream()
        .flatMap(name -> Optional.ofNullable(identities.get(name)).stream())
        .flatMap(identity -> identity.serverNames().stream())
        .toList();
    return names.isEmpty() ? "no identity" : UserText.plain(String.join(", ", names));
  }

  private void passthroughNeedsTls(Route route) {
    if (!(route instanceof Route.Passthrough)) {
      return;
    }
    boolean served = config.listeners().stream()
        .filter(listener -> listener.security() instanceof ListenerSecurity.Tls)
        .anyMatch(
            listener -> route.listeners().isEmpty() || route.listeners().contains(listener.name()));
    if (!served) {
      findings.error(
          findings.of("route", route.name(), "passthrough"),
          "passthrough on no TLS listener",
          "route " + route.name(),
          "a listener with tls",
          "Passthrough chooses by the SNI, which only TLS has. An empty tls: {} will do.");
    }
  }

  /** Requests are normalised by the policy before paths are compared. */
  private void pathsCanMatch(Route route) {
    if (!(route instanceof Route.Http http)) {
      return;
    }
    RequestPolicy policy = config.requests();
    int index = 0;
    for (PathMatch match : http.paths()) {
      Location at = findings.of("route", route.name(), "paths[" + index++ + "]");
      String path = match.path();
      if (path.contains("//") && policy.repeatedSlashes() == RepeatedSlashes.MERGE) {
        findings.warn(
            at,
            "the path matches no request",
            UserText.quoted(path),
            "single slashes, because requests.repeatedSlashes is merge",
            "Write one slash, or set requests.repeatedSlashes: keep.");
      } else if ((path.contains("%2F") || path.contains("%5C"))
          && policy.encodedSlashes() == EncodedSlashes.REJECT) {
        findings.warn(
            at,
            "the path matches no request",
            UserText.quoted(path),
            "no %2F and %5C, because requests.encodedSlashes is reject",
            "Leave it out, or set requests.encodedSlashes: keep.");
      }
    }
  }
}
