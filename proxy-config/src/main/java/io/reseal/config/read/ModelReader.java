package io.reseal.config.read;

import io.reseal.config.Diagnostics;
import io.reseal.config.HostPort;
import io.reseal.config.Limits;
import io.reseal.config.Listener;
import io.reseal.config.ProxyConfig;
import io.reseal.config.RequestPolicy;
import io.reseal.config.Route;
import io.reseal.config.RuntimeSettings;
import io.reseal.config.ServerIdentity;
import io.reseal.config.Timeouts;
import io.reseal.config.Upstream;
import io.reseal.config.check.Findings;
import io.reseal.config.check.UserText;
import io.reseal.config.schema.ConfigSchema;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The way from the groups of the file to the records of the model. */
final class ModelReader {
  private final Findings findings;
  private final ReadingMemory memory;
  private final MaterialReader material;
  private final LogReader logs;
  private final TracingReader tracing;

  ModelReader(Findings findings, ReadingMemory memory, Path base) {
    this.findings = findings;
    this.memory = memory;
    this.material = new MaterialReader(findings, memory, base);
    this.logs = new LogReader(base);
    this.tracing = new TracingReader(findings, material, base);
  }

  /** Reads the document whose root comes next. */
  ProxyConfig read(NodeReader nodes, String file) {
    List<ServerIdentity> identities = new ArrayList<>();
    NamedPart identityPart = new NamedPart(
        "identities",
        ConfigSchema.IDENTITY,
        findings,
        file,
        (name, section) -> material.identity(name, section).ifPresent(identities::add));
    List<Upstream> upstreams = new ArrayList<>();
    NamedPart upstreamPart = new NamedPart(
        "upstreams",
        ConfigSchema.UPSTREAM,
        findings,
        file,
        (name, section) -> upstreams.add(memory.same(name, upstream(name, section))));
    List<Route> routes = new ArrayList<>();
    RouteReader routeReader = new RouteReader(findings);
    ListPart routePart = new ListPart(
        "routes",
        ConfigSchema.ROUTE,
        findings,
        file,
        section -> routeReader
            .route(section)
            .ifPresent(route -> routes.add(memory.same(route.name(), route))));
    Section root = root(nodes, List.of(identityPart, upstreamPart, routePart), file);
    ListenerReader listenerReader = new ListenerReader(findings, identityPart.names());
    List<Listener> listeners = root.sections("listeners", ConfigSchema.LISTENER).stream()
        .map(listenerReader::listener)
        .toList();
    return new ProxyConfig(
        listeners,
        identities,
        routes,
        upstreams,
        limits(root.section("limits", ConfigSchema.LIMITS)),
        timeouts(root.section("timeouts", ConfigSchema.TIMEOUTS)),
        requests(root.section("requests", ConfigSchema.REQUESTS)),
        runtime(root.section("runtime", ConfigSchema.RUNTIME)),
        diagnostics(root.section("diagnostics", ConfigSchema.DIAGNOSTICS)),
        new AdminReader(findings).admin(root.section("admin", ConfigSchema.ADMIN)),
        logs.accessLog(root.section("accessLog", ConfigSchema.ACCESS_LOG)),
        tracing.tracing(root.section("tracing", ConfigSchema.TRACING)));
  }

  /** The keys of the root, once the entries of its long parts have been read. */
  private Section root(NodeReader nodes, List<Part> parts, String file) {
    if (!nodes.atMapping()) {
      // As a whole: it is named by an anchor, or no group of keys.
      return finished(nodes.node(), parts, file);
    }
    YamlNode start = nodes.enter();
    List<YamlNode.Entry> entries = new ArrayList<>();
    while (!nodes.leave()) {
      YamlNode key = nodes.node();
      Optional<Part> part =
          parts.stream().filter(each -> each.key().equals(Nodes.key(key))).findFirst();
      entries.add(
          new YamlNode.Entry(key, part.map(each -> each.value(nodes)).orElseGet(nodes::node)));
    }
    return finished(new YamlNode.Mapping(entries, start.line(), start.column()), parts, file);
  }

  private Section finished(YamlNode node, List<Part> parts, String file) {
    Section root = Section.of(ConfigSchema.ROOT, node, "", findings, file);
    parts.forEach(part -> part.finish(root));
    return root;
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
                  UserText.quoted(text.value()),
                  "host:port, as app.internal:8443, 10.0.0.7:8443 or [fd00::7]:8443",
                  endpointHint(text.value())));
    }
    findings.define("upstream", name, section.location());
    Section tls = section.section("tls", ConfigSchema.UPSTREAM_TLS);
    return new Upstream(name, endpoints, new UpstreamTlsReader(findings, material).tls(tls));
  }

  private static String endpointHint(String endpoint) {
    if (endpoint.contains("://")) {
      return "Leave the scheme out; the route's action says whether TLS is used.";
    }
    if (endpoint.indexOf('/') >= 0) {
      return "Leave the path out; requests keep their own.";
    }
    return endpoint.indexOf(':') < 0
        ? "Add the port: " + UserText.plain(endpoint) + ":8443"
        : "A port is 1 to 65535; an IPv6 address stands in brackets.";
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
        (int) s.number("upstreamConnecting", d.upstreamConnecting()),
        (int) s.number("upstreamAttempts", d.upstreamAttempts()));
  }

  private static Timeouts timeouts(Section s) {
    Timeouts d = Timeouts.DEFAULT;
    return new Timeouts(
        s.time("handshake", d.handshake()),
        s.time("requestHead", d.requestHead()),
        s.time("keepAlive", d.keepAlive()),
        s.time("bodyIdle", d.bodyIdle()),
        s.time("connect", d.connect()),
        s.time("upstreamHandshake", d.upstreamHandshake()),
        s.time("responseHead", d.responseHead()),
        s.time("tunnelIdle", d.tunnelIdle()),
        s.time("upstreamIdle", d.upstreamIdle()),
        s.time("upstreamAge", d.upstreamAge()),
        s.time("resolve", d.resolve()));
  }

  private static RequestPolicy requests(Section s) {
    return new RequestPolicy(
        RequestPolicy.EncodedSlashes.valueOf(upper(s.choice("encodedSlashes", "reject"))),
        RequestPolicy.RepeatedSlashes.valueOf(upper(s.choice("repeatedSlashes", "merge"))),
        RequestPolicy.UnderscoresInNames.valueOf(upper(s.choice("underscoresInNames", "reject"))));
  }

  private static RuntimeSettings runtime(Section s) {
    return new RuntimeSettings(
        RuntimeSettings.Transport.valueOf(upper(s.choice("transport", "auto"))),
        RuntimeSettings.TlsProvider.valueOf(upper(s.choice("tlsProvider", "boringssl"))),
        (int) s.number("eventLoops", RuntimeSettings.DEFAULT.eventLoops()));
  }

  private Diagnostics diagnostics(Section s) {
    return new Diagnostics(
        s.has("trustedNetworks")
            ? NetworkReader.networks(s.texts("trustedNetworks"), findings)
            : Diagnostics.DEFAULT.trustedNetworks());
  }

  private static String upper(String word) {
    return word.toUpperCase(Locale.ROOT);
  }
}
