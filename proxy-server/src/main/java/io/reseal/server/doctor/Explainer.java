package io.reseal.server.doctor;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.NetUtil;
import io.reseal.config.Listener;
import io.reseal.config.ListenerSecurity;
import io.reseal.config.PathMatch;
import io.reseal.config.ProxyConfig;
import io.reseal.core.failure.Failure;
import io.reseal.core.failure.FailurePolicy;
import io.reseal.core.http.Redirects;
import io.reseal.core.http.RequestHead;
import io.reseal.core.listener.TlsDecision;
import io.reseal.core.snapshot.HostRoutes;
import io.reseal.core.snapshot.ListenerTable;
import io.reseal.core.snapshot.RoutePlan;
import io.reseal.core.snapshot.RoutingDecision;
import io.reseal.core.snapshot.RoutingDecision.NotServed;
import io.reseal.core.snapshot.Snapshot;
import io.reseal.core.tls.ClientHello;
import io.reseal.core.tls.ClientPolicy;
import io.reseal.core.upstream.UpstreamPlan;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The answer to "what becomes of this request?". Every decision is made by the tables and rules
 * that requests are served by; here they are only asked, in the same order.
 */
public final class Explainer {
  private static final int CLEARTEXT = -1;

  private final Snapshot snapshot;
  private final ProxyConfig config;
  private final Question question;
  private final boolean live;
  private final Map<String, Object> facts = new LinkedHashMap<>();

  private Explainer(Snapshot snapshot, Question question, boolean live) {
    this.snapshot = snapshot;
    this.config = snapshot.config();
    this.question = question;
    this.live = live;
  }

  /**
   * Explains one request.
   *
   * @param snapshot stays its owner's
   * @param live whether the upstream's endpoints are connected; no byte of HTTP is sent
   * @throws IllegalArgumentException when there is no listener to be asked, with the reason
   */
  public static Explanation explain(Snapshot snapshot, Question question, boolean live) {
    Explainer explainer = new Explainer(snapshot, question, live);
    boolean served = explainer.explain();
    return new Explanation(explainer.facts, served);
  }

  private boolean explain() {
    facts.put("url", question.url());
    ListenerChoice choice = ListenerChoice.of(config, question);
    ListenerTable table =
        Objects.requireNonNull(snapshot.listener(choice.listener().name()), "listener");
    facts.put("listener", choice.facts());
    facts.put("client", client(table));
    boolean tls = table.tls() != null;
    if (tls != question.isTls()) {
      return tls
          ? refused("400 plaintext_on_tls_port", "the listener speaks TLS; use https://")
          : refused(
              "400 tls_on_cleartext_port",
              "the listener speaks cleartext; use http://, or give it tls: {}");
    }
    RequestHead head = head();
    Failure broken = snapshot.canonicalRequest().check(head, tls);
    if (broken != null && head.host().isEmpty()) {
      return failed(broken);
    }
    if (!tls) {
      return broken != null
          ? failed(broken)
          : request(table, "", CLEARTEXT, ClientPolicy.NONE, head);
    }
    String serverName = serverName(head.host());
    return connection(table, serverName, head, broken);
  }

  private Map<String, Object> client(ListenerTable table) {
    Map<String, Object> client = new LinkedHashMap<>();
    client.put("address", question.from().getHostAddress());
    client.put("seesFailureDetails", config.diagnostics().trusts(question.from()));
    client.put("forwardingFieldsBelieved", table.trustsPeer(question.from()));
    return client;
  }

  private RequestHead head() {
    HttpHeaders fields = new DefaultHttpHeaders(false);
    fields.set(HttpHeaderNames.HOST, question.authority());
    return new RequestHead(
        RequestHead.Version.HTTP_1_1, "GET", question.target(), fields, null, null);
  }

  /** RFC 6066 section 3: an address is no server name. */
  private String serverName(String host) {
    boolean address = NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
    return question.serverName().orElse(address ? "" : host).toLowerCase(Locale.ROOT);
  }

  // ---- the connection

  private boolean connection(
      ListenerTable table, String serverName, RequestHead head, @Nullable Failure broken) {
    Map<String, Object> connection = new LinkedHashMap<>();
    connection.put("serverName", serverName);
    facts.put("connection", connection);
    ClientHello hello = new ClientHello(
        serverName, List.of("h2", "http/1.1"), /* offersTls13= */ true, /* offersTls12= */ true);
    switch (TlsDecision.of(table, hello)) {
      case TlsDecision.Refuse refuse -> {
        connection.put("decision", "refuse");
        return refused(
            refuse.verdict().reason().token(),
            refuse.verdict().detail() + "; the client gets a TLS alert");
      }
      case TlsDecision.Passthrough(UpstreamPlan upstream, String route) -> {
        connection.put("decision", "passthrough");
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("name", route);
        HostRoutes routes = Objects.requireNonNull(table.hosts().lookup(serverName));
        shown.put("host", routes.pattern().toString());
        shown.put("action", "passthrough");
        facts.put("route", shown);
        return upstream(upstream, serverName, "passed-through");
      }
      case TlsDecision.Terminate(var context) -> {
        connection.put("decision", "terminate");
        boolean covered = table.tls() != null && table.tls().selectKnown(serverName) != null;
        connection.put(
            "identity",
            IdentityFacts.of(
                config,
                context.identityName(),
                covered
                    ? "its server names cover " + serverName
                    : "defaultIdentity, because no identity covers "
                        + (serverName.isEmpty() ? "a missing server name" : serverName),
                head.host()));
        return broken != null
            ? failed(broken)
            : request(table, serverName, context.policyGroup(), context.clientPolicy(), head);
      }
    }
  }

  // ---- the request

  private boolean request(
      ListenerTable table, String serverName, int group, ClientPolicy proven, RequestHead head) {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("host", head.host());
    request.put("path", head.path());
    if (!head.routingPath().equals(head.path())) {
      request.put("pathRouted", head.routingPath());
    }
    facts.put("request", request);
    RoutingDecision decision =
        Snapshot.route(table, serverName, group, proven, head.host(), head.routingPath());
    HostRoutes routes = table.hosts().lookup(head.host());
    return switch (decision) {
      case NotServed why -> notServed(why, serverName, head);
      case RoutePlan.Redirect redirect -> {
        Map<String, Object> route = route(redirect, routes, head, "redirect");
        route.put("location", Redirects.location(head, redirect.target()));
        yield served(redirect.target().status() + " redirect", "the route redirects");
      }
      case RoutePlan.Forward forward -> {
        boolean encrypted = forward.upstream().protection() == UpstreamPlan.Protection.TLS;
        route(forward, routes, head, encrypted ? "reencrypt" : "offload");
        yield upstream(forward.upstream(), head.host(), "forwarded");
      }
    };
  }

  private Map<String, Object> route(
      RoutePlan plan, @Nullable HostRoutes routes, RequestHead head, String action) {
    Map<String, Object> route = new LinkedHashMap<>();
    route.put("name", plan.name());
    if (routes != null) {
      route.put("host", routes.pattern().toString());
      PathMatch match = routes.match(head.routingPath());
      if (match != null) {
        route.put("path", (match instanceof PathMatch.Exact ? "exact " : "prefix ") + match.path());
      }
    }
    route.put("action", action);
    facts.put("route", route);
    return route;
  }

  private boolean notServed(NotServed why, String serverName, RequestHead head) {
    Failure failure = why.isMisdirected()
        ? new Failure.Misdirected(serverName, head.host())
        : new Failure.NoRoute(head.host(), head.path());
    String because = switch (why) {
      case UNKNOWN_HOST -> "no route of the listener is for host " + head.host();
      case UNKNOWN_PATH ->
        "routes for host " + head.host() + " exist, and none for path " + head.routingPath();
      case PASSED_THROUGH ->
        head.host() + " is passed through: its requests need a connection with that server name";
      case OTHER_POLICY ->
        "the connection was made for %s, which another identity is for than %s; clients must open"
                .formatted(serverName, head.host())
            + " a new connection";
    };
    FailurePolicy.Answer answer = FailurePolicy.answer(failure);
    return refused(answer.status() + " " + answer.token(), because);
  }

  private boolean upstream(UpstreamPlan plan, String host, String outcome) {
    UpstreamFacts upstream = new UpstreamFacts(snapshot, plan, host);
    int usable = upstream.into(facts, live);
    if (!live) {
      return served(outcome, "the configuration says so; --live also tries the endpoints");
    }
    String because = usable + " of " + plan.endpoints().size() + " endpoints can be used";
    return usable > 0 ? served(outcome, because) : refused("upstream-failure", because);
  }

  // ---- the outcome

  private boolean failed(Failure failure) {
    FailurePolicy.Answer answer = FailurePolicy.answer(failure);
    return refused(answer.status() + " " + answer.token(), answer.detail());
  }

  private boolean served(String result, String because) {
    return outcome(true, result, because);
  }

  private boolean refused(String result, String because) {
    return outcome(false, result, because);
  }

  private boolean outcome(boolean served, String result, String because) {
    Map<String, Object> outcome = new LinkedHashMap<>();
    outcome.put("served", served);
    outcome.put("result", result);
    outcome.put("because", because);
    facts.put("outcome", outcome);
    return served;
  }

  /** The listener that a URL leads to. */
  private record ListenerChoice(Listener listener, String because, List<String> others) {

    static ListenerChoice of(ProxyConfig config, Question question) {
      List<String> all = config.listeners().stream().map(Listener::name).toList();
      if (!question.listener().isEmpty()) {
        return config.listeners().stream()
            .filter(each -> each.name().equals(question.listener()))
            .map(each -> new ListenerChoice(each, "asked for", List.of()))
            .findFirst()
            .orElseThrow(
                () -> new IllegalArgumentException("listener \"%s\" is not defined (defined: %s)"
                    .formatted(question.listener(), String.join(", ", all))));
      }
      List<Listener> onPort = config.listeners().stream()
          .filter(each ->
              each.addresses().stream().anyMatch(address -> address.port() == question.port()))
          .toList();
      if (!onPort.isEmpty()) {
        return first(onPort, "it listens on port " + question.port());
      }
      List<Listener> sameKind = config.listeners().stream()
          .filter(each -> each.security() instanceof ListenerSecurity.Tls == question.isTls())
          .toList();
      if (sameKind.isEmpty()) {
        throw new IllegalArgumentException("no listener has port %d or speaks %s (defined: %s)"
            .formatted(question.port(), question.scheme(), String.join(", ", all)));
      }
      return first(
          sameKind,
          "none listens on port %d; this one speaks %s"
              .formatted(question.port(), question.scheme()));
    }

    private static ListenerChoice first(List<Listener> fitting, String because) {
      List<String> others = fitting.stream().skip(1).map(Listener::name).toList();
      return new ListenerChoice(fitting.getFirst(), because, others);
    }

    Map<String, Object> facts() {
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("name", listener.name());
      facts.put("addresses", listener.addresses().stream().map(Object::toString).toList());
      facts.put("tls", listener.security() instanceof ListenerSecurity.Tls);
      facts.put("because", because);
      if (!others.isEmpty()) {
        facts.put("alsoPossible", others);
      }
      return facts;
    }
  }
}
