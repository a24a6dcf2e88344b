package io.reseal.config.read;

import io.reseal.config.Diagnostics;
import io.reseal.config.HostPort;
import io.reseal.config.Limits;
import io.reseal.config.Listener;
import io.reseal.config.ListenerSecurity;
import io.reseal.config.Network;
import io.reseal.config.ProxyConfig;
import io.reseal.config.RequestPolicy;
import io.reseal.config.RuntimeSettings;
import io.reseal.config.ServerIdentity;
import io.reseal.config.Timeouts;
import io.reseal.config.TlsVersions;
import io.reseal.config.Upstream;
import io.reseal.config.check.Findings;
import io.reseal.config.schema.ConfigSchema;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The way from the groups of the file to the records of the model. */
final class ModelReader {
  private final Findings findings;
  private final MaterialReader material;

  ModelReader(Findings findings, Path base) {
    this.findings = findings;
    this.material = new MaterialReader(findings, base);
  }

  ProxyConfig read(Section root) {
    List<ServerIdentity> identities = new ArrayList<>();
    root.named("identities", ConfigSchema.IDENTITY)
        .forEach((name, section) -> material.identity(name, section).ifPresent(identities::add));
    List<Upstream> upstreams = new ArrayList<>();
    root.named("upstreams", ConfigSchema.UPSTREAM)
        .forEach((name, section) -> upstreams.add(upstream(name, section)));
    List<String> allIdentities =
        List.copyOf(root.named("identities", ConfigSchema.IDENTITY).keySet());
    List<Listener> listeners = new ArrayList<>();
    for (Section section : root.sections("listeners", ConfigSchema.LISTENER)) {
      listeners.add(listener(section, allIdentities));
    }
    if (root.has("listeners") && listeners.isEmpty()) {
      root.error("listeners", "no listener", "an empty list", "at least one", "");
    }
    List<io.reseal.config.Route> routes = new ArrayList<>();
    RouteReader routeReader = new RouteReader(findings);
    for (Section section : root.sections("routes", ConfigSchema.ROUTE)) {
      routeReader.route(section, routes.size()).ifPresent(routes::add);
    }
    return new ProxyConfig(
        listeners,
        identities,
        routes,
        upstreams,
        limits(root.section("limits", ConfigSchema.LIMITS)),
        timeouts(root.section("timeouts", ConfigSchema.TIMEOUTS)),
        requests(root.section("requests", ConfigSchema.REQUESTS)),
        runtime(root.section("runtime", ConfigSchema.RUNTIME)),
        diagnostics(root.section("diagnostics", ConfigSchema.DIAGNOSTICS)));
  }

  private Listener listener(Section section, List<String> allIdentities) {
    List<HostPort> addresses = new ArrayList<>();
    String key = oneOf(section, "address", "addresses");
    for (Section.Text text : section.texts(key)) {
      Optional<HostPort> address = Syntax.hostPort(text.value(), /* portMayBeZero= */ true);
      if (address.isPresent() && Syntax.isIp(address.get().host())) {
        addresses.add(address.get());
      } else {
        findings.error(
            text.location(),
            "wrong address",
            Section.quoted(text.value()),
            "IP address and port, as 0.0.0.0:8443 or [::]:8443",
            "Write 0.0.0.0 to listen on all IPv4 addresses.");
      }
    }
    if (!section.has("address") && !section.has("addresses")) {
      findings.error(
          section.location(),
          "listener without an address",
          "",
          "address",
          "Add address: 0.0.0.0:8443");
    }
    ListenerSecurity security = new ListenerSecurity.Cleartext();
    if (section.has("tls")) {
      security = tls(section.section("tls", ConfigSchema.LISTENER_TLS), allIdentities);
    }
    String name = section.text("name", "?");
    findings.define("listener", name, section.location());
    return new Listener(
        name,
        addresses,
        security,
        networks(section, "trustedPeers", List.of()),
        (int) section.number("maxConnections", Listener.DEFAULT_MAX_CONNECTIONS),
        (int)
            section.number("maxConnectionsPerSource", Listener.DEFAULT_MAX_CONNECTIONS_PER_SOURCE));
  }

  private String oneOf(Section section, String single, String several) {
    if (section.has(single) && section.has(several)) {
      section.error(several, "both " + single + " and " + several, "", "one of them", "");
    }
    return section.has(single) ? single : several;
  }

  private ListenerSecurity tls(Section section, List<String> allIdentities) {
    List<String> identities =
        section.has("identities") ? values(section.texts("identities")) : allIdentities;
    List<String> groups = section.has("groups")
        ? values(section.texts("groups"))
        : ListenerSecurity.Tls.DEFAULT_GROUPS;
    String unknown = section.text("defaultIdentity", "");
    return new ListenerSecurity.Tls(
        versions(section),
        groups,
        identities,
        unknown.isEmpty()
            ? new ListenerSecurity.UnknownServerName.Refuse()
            : new ListenerSecurity.UnknownServerName.ServeIdentity(unknown),
        section.flag("http2", true));
  }

  private TlsVersions versions(Section section) {
    if (!section.has("versions")) {
      return TlsVersions.MODERN;
    }
    boolean tls12 = false;
    boolean tls13 = false;
    for (Section.Text text : section.texts("versions")) {
      switch (text.value()) {
        case "TLSv1.2" -> tls12 = true;
        case "TLSv1.3" -> tls13 = true;
        default ->
          findings.error(
              text.location(),
              "wrong TLS version",
              Section.quoted(text.value()),
              "TLSv1.2 or TLSv1.3",
              "Older versions are not served (RFC 8996).");
      }
    }
    if (!tls12 && !tls13) {
      section.error("versions", "no TLS version", "", "TLSv1.2, TLSv1.3 or both", "");
      return TlsVersions.MODERN;
    }
    return new TlsVersions(tls12, tls13);
  }

  private Upstream upstream(String name, Section section) {
    List<HostPort> endpoints = new ArrayList<>();
    for (Section.Text text : section.texts("endpoints")) {
      Syntax.hostPort(text.value(), /* portMayBeZero= */ false)
          .ifPresentOrElse(
              endpoints::add,
              () -> findings.error(
                  text.location(),
                  "wrong endpoint",
                  Section.quoted(text.value()),
                  "host:port, as app.internal:8443, 10.0.0.7:8443 or [fd00::7]:8443",
                  text.value().contains("://") ? "Leave the scheme out." : ""));
    }
    if (section.has("endpoints") && section.texts("endpoints").isEmpty()) {
      section.error("endpoints", "upstream without endpoints", "an empty list", "at least one", "");
    }
    findings.define("upstream", name, section.location());
    UpstreamTlsReader reader = new UpstreamTlsReader(findings, material);
    Section tls = section.section("tls", ConfigSchema.UPSTREAM_TLS);
    return new Upstream(name, endpoints, reader.tls(tls, versions(tls)));
  }

  private static List<String> values(List<Section.Text> texts) {
    return texts.stream().map(Section.Text::value).toList();
  }

  private List<Network> networks(Section section, String key, List<Network> standard) {
    if (!section.has(key)) {
      return standard;
    }
    List<Network> networks = new ArrayList<>();
    for (Section.Text text : section.texts(key)) {
      Syntax.network(text.value())
          .ifPresentOrElse(
              networks::add,
              () -> findings.error(
                  text.location(),
                  "wrong network",
                  Section.quoted(text.value()),
                  "CIDR, as 10.0.0.0/8 or fd00::/8",
                  ""));
    }
    return networks;
  }

  private static Limits limits(Section s) {
    Limits d = Limits.DEFAULT;
    return new Limits(
        (int) s.number("clientHelloBytes", d.clientHelloBytes()),
        (int) s.number("requestTargetBytes", d.requestTargetBytes()),
        (int) s.number("requestHeadBytes", d.requestHeadBytes()),
        (int) s.number("requestFields", d.requestFields()),
        s.number("requestBodyBytes", d.requestBodyBytes()),
        (int) s.number("responseHeadBytes", d.responseHeadBytes()),
        (int) s.number("responseFields", d.responseFields()),
        (int) s.number("http2Streams", d.http2Streams()),
        (int) s.number("upstreamConnections", d.upstreamConnections()),
        (int) s.number("upstreamIdleConnections", d.upstreamIdleConnections()),
        (int) s.number("upstreamAttempts", d.upstreamAttempts()));
  }

  private static Timeouts timeouts(Section s) {
    Timeouts d = Timeouts.DEFAULT;
    return new Timeouts(
        time(s, "handshake", d.handshake()),
        time(s, "requestHead", d.requestHead()),
        time(s, "keepAlive", d.keepAlive()),
        time(s, "bodyIdle", d.bodyIdle()),
        time(s, "connect", d.connect()),
        time(s, "upstreamHandshake", d.upstreamHandshake()),
        time(s, "responseHead", d.responseHead()),
        time(s, "tunnelIdle", d.tunnelIdle()),
        time(s, "upstreamIdle", d.upstreamIdle()),
        time(s, "upstreamAge", d.upstreamAge()),
        time(s, "resolve", d.resolve()));
  }

  private static Duration time(Section section, String key, Duration standard) {
    return section.time(key, standard);
  }

  private static RequestPolicy requests(Section s) {
    return new RequestPolicy(
        RequestPolicy.EncodedSlashes.valueOf(upper(s.choice("encodedSlashes", "reject"))),
        RequestPolicy.RepeatedSlashes.valueOf(upper(s.choice("repeatedSlashes", "merge"))),
        RequestPolicy.UnderscoresInNames.valueOf(upper(s.choice("underscoresInNames", "reject"))));
  }

  private static RuntimeSettings runtime(Section s) {
    boolean auto = s.text("eventLoops", "auto").equals("auto");
    return new RuntimeSettings(
        RuntimeSettings.Transport.valueOf(upper(s.choice("transport", "auto"))),
        RuntimeSettings.TlsProvider.valueOf(upper(s.choice("tlsProvider", "boringssl"))),
        auto ? 0 : (int) s.number("eventLoops", 0));
  }

  private Diagnostics diagnostics(Section s) {
    return new Diagnostics(networks(s, "trustedNetworks", Diagnostics.DEFAULT.trustedNetworks()));
  }

  private static String upper(String word) {
    return word.toUpperCase(Locale.ROOT);
  }
}
