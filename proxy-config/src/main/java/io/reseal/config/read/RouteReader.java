package io.reseal.config.read;

import io.reseal.config.HostPattern;
import io.reseal.config.PathMatch;
import io.reseal.config.RedirectTarget;
import io.reseal.config.Route;
import io.reseal.config.check.Findings;
import io.reseal.config.schema.ConfigSchema;
import java.net.IDN;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The reader of routes. */
final class RouteReader {
  private static final List<String> ACTIONS =
      List.of("reencrypt", "passthrough", "offload", "redirect");

  private final Findings findings;
  private final Set<String> names = new HashSet<>();

  RouteReader(Findings findings) {
    this.findings = findings;
  }

  /** A route, empty where its action is not known. */
  Optional<Route> route(Section section, int position) {
    List<HostPattern> hosts = hosts(section);
    String standard =
        (hosts.isEmpty() ? "route" : hosts.getFirst().toString()) + "#" + (position + 1);
    String name = section.text("name", standard);
    if (!names.add(name)) {
      section.error(
          "name",
          "route name given twice",
          Section.quoted(name),
          "a unique name",
          "Rename one of them.");
    }
    findings.define("route", name, section.location());
    List<String> listeners =
        section.texts("listeners").stream().map(Section.Text::value).toList();
    // "redirect:" without a value is one, with every default.
    List<String> given = ACTIONS.stream().filter(section::names).toList();
    if (given.equals(List.of("redirect"))) {
      return Optional.of(
          new Route.Redirect(name, listeners, hosts, paths(section), target(section)));
    }
    if (given.size() != 1) {
      findings.error(
          section.location(),
          given.isEmpty() ? "route without an action" : "route with more than one action",
          String.join(", ", given),
          "exactly one of " + String.join(", ", ACTIONS),
          "");
      return Optional.empty();
    }
    String action = given.getFirst();
    String upstream = section.shorthand(action, ConfigSchema.FORWARD, "upstream");
    return Optional.of(
        switch (action) {
          case "passthrough" -> {
            if (section.has("paths")) {
              section.error(
                  "paths",
                  "paths on a passthrough route",
                  "",
                  "no paths",
                  "Passthrough sees no request. Use reencrypt to route by path.");
            }
            yield new Route.Passthrough(name, listeners, hosts, upstream);
          }
          case "offload" -> new Route.Offload(name, listeners, hosts, paths(section), upstream);
          default -> new Route.Reencrypt(name, listeners, hosts, paths(section), upstream);
        });
  }

  private List<HostPattern> hosts(Section section) {
    if (section.has("host") && section.has("hosts")) {
      section.error("hosts", "both host and hosts", "", "one of them", "");
    }
    String key = section.has("host") ? "host" : "hosts";
    List<HostPattern> hosts = new ArrayList<>();
    for (Section.Text text : section.texts(key)) {
      Syntax.hostPattern(text.value())
          .ifPresentOrElse(
              hosts::add,
              () -> findings.error(
                  text.location(),
                  "wrong host",
                  Section.quoted(text.value()),
                  "a host, *. and a host, or *",
                  hostHint(text.value())));
    }
    if (section.texts(key).isEmpty()) {
      findings.error(
          section.location(),
          "route without a host",
          "",
          "hosts",
          "Add hosts: [shop.example], or \"*\" for every host.");
    }
    return hosts;
  }

  private static String hostHint(String host) {
    if (host.contains("://")) {
      return "Leave the scheme out.";
    }
    if (host.matches(".*:[0-9]+")) {
      return "Leave the port out; a route is for a host on every port.";
    }
    if (host.indexOf('*') > 0 || host.startsWith("*") && !host.startsWith("*.")) {
      return "A wildcard stands for one whole label at the start.";
    }
    if (host.chars().anyMatch(c -> c > 127)) {
      try {
        return "Write it as " + IDN.toASCII(host.toLowerCase(Locale.ROOT));
      } catch (IllegalArgumentException noName) {
        return "";
      }
    }
    return "";
  }

  private List<PathMatch> paths(Section section) {
    if (!section.has("paths")) {
      return List.of(PathMatch.EVERYTHING);
    }
    List<PathMatch> paths = new ArrayList<>();
    for (Section path : section.sections("paths", ConfigSchema.PATH)) {
      if (path.has("exact") == path.has("prefix")) {
        findings.error(
            path.location(), "path without a kind, or with both", "", "either exact or prefix", "");
        continue;
      }
      String key = path.has("exact") ? "exact" : "prefix";
      String value = path.text(key, "/");
      if (!value.startsWith("/") || value.chars().anyMatch(c -> "?#%\\ ".indexOf(c) >= 0)) {
        path.error(
            key,
            "wrong path",
            Section.quoted(value),
            "a path that starts with a slash, without query and escapes",
            "Paths are compared after unescaping and removing dot segments.");
        continue;
      }
      paths.add(key.equals("exact") ? new PathMatch.Exact(value) : new PathMatch.Prefix(value));
    }
    return paths;
  }

  private static RedirectTarget target(Section section) {
    Section redirect = section.section("redirect", ConfigSchema.REDIRECT);
    RedirectTarget standard = RedirectTarget.HTTPS;
    return new RedirectTarget(
        redirect.choice("scheme", standard.scheme()),
        redirect.text("host", ""),
        (int) redirect.number("port", 0),
        Integer.parseInt(redirect.choice("status", Integer.toString(standard.status()))));
  }
}
