package io.reseal.config.read;

import io.reseal.config.HostPattern;
import io.reseal.config.PathMatch;
import io.reseal.config.RedirectTarget;
import io.reseal.config.Route;
import io.reseal.config.check.Findings;
import io.reseal.config.check.UserText;
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

  private static final String OTHER_HOST_HINT =
      "A host has letters, digits, hyphens and dots, and no path.";

  private final Findings findings;
  private final Set<String> names = new HashSet<>();

  /** From 1, for the name of a route that has none. */
  private int position;

  RouteReader(Findings findings) {
    this.findings = findings;
  }

  /** The next route of the file, empty where its action is not known. */
  Optional<Route> route(Section section) {
    position++;
    List<HostPattern> hosts = hosts(section);
    String name = name(section, hosts);
    List<String> listeners =
        section.texts("listeners").stream().map(Section.Text::value).toList();
    List<PathMatch> paths = paths(section);
    List<String> given = ACTIONS.stream().filter(section::names).toList();
    if (given.size() != 1) {
      // Reported by the section: the actions exclude each other, and one is due.
      return Optional.empty();
    }
    String action = given.getFirst();
    if (action.equals("redirect")) {
      return Optional.of(new Route.Redirect(name, listeners, hosts, paths, target(section)));
    }
    String upstream = section.shorthand(action, ConfigSchema.FORWARD, "upstream");
    return Optional.of(
        switch (action) {
          case "passthrough" -> new Route.Passthrough(name, listeners, hosts, upstream);
          case "offload" -> new Route.Offload(name, listeners, hosts, paths, upstream);
          default -> new Route.Reencrypt(name, listeners, hosts, paths, upstream);
        });
  }

  private String name(Section section, List<HostPattern> hosts) {
    String standard = (hosts.isEmpty() ? "route" : hosts.getFirst().toString()) + "#" + position;
    String name = section.text("name", standard);
    if (!names.add(name)) {
      section.error(
          "name",
          "route name given twice",
          UserText.quoted(name),
          "a unique name",
          "Rename one of them.");
      // What else is wrong with it is reported at its own place.
      name = section.path();
    }
    findings.define("route", name, section.location());
    return name;
  }

  private List<HostPattern> hosts(Section section) {
    List<HostPattern> hosts = new ArrayList<>();
    for (Section.Text text : section.texts(section.has("host") ? "host" : "hosts")) {
      Syntax.hostPattern(text.value())
          .ifPresentOrElse(
              hosts::add,
              () -> findings.error(
                  text.location(),
                  "wrong host",
                  UserText.quoted(text.value()),
                  "a host, *. and a host, or *",
                  hostHint(text.value())));
    }
    return hosts;
  }

  private static String hostHint(String host) {
    if (host.contains("://")) {
      return "Leave the scheme out.";
    }
    if (host.matches(".*:[0-9]+")) {
      return "Leave the port out; it is no part of the host.";
    }
    if (host.indexOf('*') > 0 || host.startsWith("*") && !host.startsWith("*.")) {
      return "A wildcard stands for one whole label at the start.";
    }
    if (host.matches("[0-9.]+")) {
      return "An IPv4 address has four numbers of 0 to 255.";
    }
    if (host.chars().anyMatch(c -> c > 127)) {
      try {
        return "Write it as " + IDN.toASCII(host.toLowerCase(Locale.ROOT));
      } catch (IllegalArgumentException noName) {
        return OTHER_HOST_HINT;
      }
    }
    return OTHER_HOST_HINT;
  }

  private List<PathMatch> paths(Section section) {
    if (!section.has("paths")) {
      return List.of(PathMatch.EVERYTHING);
    }
    List<PathMatch> paths = new ArrayList<>();
    for (Section path : section.sections("paths", ConfigSchema.PATH)) {
      path(path).ifPresent(paths::add);
    }
    return paths;
  }

  private static Optional<PathMatch> path(Section section) {
    String key = section.has("exact") ? "exact" : "prefix";
    if (!section.has(key)) {
      return Optional.empty();
    }
    String value = section.text(key, "/");
    String correction = PathSyntax.correction(value);
    if (!correction.isEmpty()) {
      section.error(key, "wrong path", UserText.quoted(value), "a path, as /shop", correction);
      return Optional.empty();
    }
    return Optional.of(
        key.equals("exact") ? new PathMatch.Exact(value) : new PathMatch.Prefix(value));
  }

  private static RedirectTarget target(Section section) {
    Section redirect = section.section("redirect", ConfigSchema.REDIRECT);
    RedirectTarget standard = RedirectTarget.HTTPS;
    String host = redirect.text("host", standard.host()).toLowerCase(Locale.ROOT);
    if (!host.isEmpty() && !Syntax.isDnsName(host) && !Syntax.isIp(host)) {
      redirect.error(
          "host",
          "wrong host",
          UserText.quoted(host),
          "a DNS name or an IP address",
          hostHint(host));
    }
    return new RedirectTarget(
        redirect.choice("scheme", standard.scheme()),
        host,
        (int) redirect.number("port", standard.port()),
        Integer.parseInt(redirect.choice("status", Integer.toString(standard.status()))));
  }
}
