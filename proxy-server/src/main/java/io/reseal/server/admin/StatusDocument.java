package io.reseal.server.admin;

import io.reseal.config.HostPattern;
import io.reseal.config.Listener;
import io.reseal.config.ListenerSecurity;
import io.reseal.config.PathMatch;
import io.reseal.config.ProxyConfig;
import io.reseal.config.Route;
import io.reseal.core.UpstreamStatus;
import io.reseal.core.UpstreamStatus.EndpointStatus;
import io.reseal.core.failure.FailurePolicy;
import io.reseal.server.admin.CertificateList.Shown;
import io.reseal.server.admin.FailureBook.Entry;
import io.reseal.server.admin.FailureBook.Failed;
import io.reseal.server.admin.FailureBook.FailedKind;
import io.reseal.server.admin.TrafficHistory.Sample;
import io.reseal.server.admin.TrafficHistory.Traffic;
import io.reseal.server.admin.UpstreamsPage.EndpointState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * What the status page shows, as JSON, as of one moment. Each list is cut at {@value #FEW_ROWS} rows,
 * or at {@value #MOST_ROWS} where more is asked for, after those that match what is looked for are
 * chosen and the ones that matter most put first.
 */
final class StatusDocument {
  static final int FEW_ROWS = 12;
  static final int MOST_ROWS = 200;
  private static final int MOST_USERS = 5;
  private static final int MOST_PROBLEMS = 50;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final int SERVER_ERRORS = 500;
  private static final double HALF = 0.5;
  private static final double NEARLY_ALL = 0.99;

  private final StatusSources sources;
  private final String find;
  private final Set<String> more;
  private final Instant now = Instant.now();
  private final ProxyConfig config;
  private final Traffic traffic;
  private final List<Shown> certificates;
  private final List<UpstreamStatus> upstreams;

  /**
   * Reads every source once.
   *
   * @param find what rows must contain; empty for all
   * @param more the lists of which more rows are wanted
   */
  StatusDocument(StatusSources sources, String find, Set<String> more) {
    this.sources = sources;
    this.find = find.toLowerCase(Locale.ROOT);
    this.more = more;
    config = sources.config().get();
    traffic = sources.traffic().now();
    certificates = CertificateList.of(config, sources.sightings());
    upstreams = sources.upstreams().upstreams();
  }

  String text() {
    return JsonText.object(json -> {
      process(json);
      json.object("traffic", this::traffic)
          .objects("listeners", config.listeners(), this::listener);
      rows(json, "failures", failures(), DiagnosticsPage::failure, each -> {
        FailedKind kind = each.kind();
        return List.of(
            kind.route(), kind.upstream(), kind.token(), each.latest().request());
      });
      rows(
          json,
          "refusals",
          sources.failures().refusals(),
          DiagnosticsPage::refusal,
          each -> List.of(each.kind().listener(), each.kind().reason()));
      rows(json, "certificates", certificates, this::certificate, Shown::users);
      rows(json, "routes", routes(), this::route, StatusDocument::words);
      rows(json, "upstreams", ordered(upstreams), this::upstream, StatusDocument::words);
    });
  }

  /** What the proxy or upstreams did wrong first, the latest in front. */
  private List<Entry<FailedKind, Failed>> failures() {
    return sources.failures().failures().stream()
        .sorted(Comparator.comparing(
            each -> FailurePolicy.answer(each.latest().failure()).status() < SERVER_ERRORS))
        .toList();
  }

  private void process(JsonText json) {
    json.text("now", now.toString())
        .text("started", sources.started().toString())
        .text("version", sources.version())
        .text("phase", sources.health().phase().name().toLowerCase(Locale.ROOT))
        .object(
            "lastReload", each -> ReloadJson.write(each, sources.reloads().latest(), MOST_PROBLEMS))
        .objects(
            "attention",
            Attention.of(sources, traffic.recent(), certificates, upstreams, now),
            (each, item) -> each.text("level", item.level().word())
                .text("text", item.text())
                .text("section", item.section()));
  }

  private <T> void rows(
      JsonText json,
      String key,
      List<T> all,
      BiConsumer<JsonText, T> row,
      Function<T, List<String>> words) {
    List<T> found = find.isEmpty()
        ? all
        : all.stream().filter(each -> matches(words.apply(each))).toList();
    int shown = Math.min(found.size(), more.contains(key) ? MOST_ROWS : FEW_ROWS);
    json.object(
        key,
        each -> each.number("total", all.size())
            .number("found", found.size())
            .objects("rows", found.subList(0, shown), row));
  }

  private boolean matches(List<String> words) {
    return words.stream().anyMatch(word -> word.toLowerCase(Locale.ROOT).contains(find));
  }

  // ---- traffic

  private void traffic(JsonText json) {
    Counts recent = traffic.recent();
    Counts total = traffic.now().all();
    double seconds = traffic.seconds();
    json.decimal("windowSeconds", seconds)
        .number("requests", total.requests())
        .number("tunnels", total.tunnels())
        .decimal("requestRate", recent.requests() / seconds)
        .decimal("clientErrorRate", recent.clientErrors() / seconds)
        .decimal("serverErrorRate", recent.serverErrors() / seconds)
        .decimal("medianMillis", traffic.quantileMillis(HALF))
        .decimal("p99Millis", traffic.quantileMillis(NEARLY_ALL))
        .decimal("requestByteRate", recent.requestBytes() / seconds)
        .decimal("responseByteRate", recent.responseBytes() / seconds)
        .number("stepSeconds", TrafficHistory.STEP.toSeconds())
        .number("steps", TrafficHistory.STEPS)
        .decimals("requestSeries", series(Counts::requests))
        .decimals("serverErrorSeries", series(Counts::serverErrors))
        .decimals("byteSeries", series(Counts::responseBytes))
        .decimals("medianSeries", medians());
  }

  /** How much each second of every step had. */
  private List<Double> series(Function<Counts, Long> count) {
    List<Sample> steps = traffic.steps();
    List<Double> series = new ArrayList<>();
    for (int i = 1; i < steps.size(); i++) {
      Sample from = steps.get(i - 1);
      Sample to = steps.get(i);
      double seconds = Math.max(1, to.nanoTime() - from.nanoTime()) / NANOS_PER_SECOND;
      series.add(count.apply(to.all().minus(from.all())) / seconds);
    }
    return series;
  }

  private List<Double> medians() {
    List<Sample> steps = traffic.steps();
    List<Double> series = new ArrayList<>();
    for (int i = 1; i < steps.size(); i++) {
      series.add(DurationCounts.quantileMillis(
          steps.get(i - 1).durations(), steps.get(i).durations(), HALF));
    }
    return series;
  }

  private void listener(JsonText json, Listener listener) {
    Map<String, Integer> open = sources.clientConnections().get();
    json.text("name", listener.name())
        .texts("addresses", listener.addresses().stream().map(Object::toString).toList())
        .flag("tls", listener.security() instanceof ListenerSecurity.Tls)
        .number("open", open.getOrDefault(listener.name(), 0))
        .number("most", listener.maxConnections());
  }

  // ---- certificates

  private void certificate(JsonText json, Shown shown) {
    json.text("use", shown.use().word())
        .texts("usedBy", shown.users().subList(0, Math.min(shown.users().size(), MOST_USERS)))
        .number("users", shown.users().size())
        .text("level", shown.level(now).word())
        .number("hoursLeft", Duration.between(now, shown.end()).toHours());
    CertificateJson.write(json, shown.certificate());
  }

  // ---- routes

  private List<Route> routes() {
    List<Route> routes = new ArrayList<>(config.routes());
    routes.sort(
        Comparator.<Route>comparingLong(each -> -traffic.recent(each.name()).serverErrors())
            .thenComparingLong(each -> -traffic.total(each.name()).requests()
                - traffic.total(each.name()).tunnels()));
    return routes;
  }

  private static List<String> words(Route route) {
    List<String> words = new ArrayList<>(hosts(route));
    words.add(route.name());
    words.add(target(route));
    return words;
  }

  private static List<String> hosts(Route route) {
    return route.hosts().stream().map(HostPattern::toString).toList();
  }

  private void route(JsonText json, Route route) {
    Counts recent = traffic.recent(route.name());
    Counts total = traffic.total(route.name());
    double seconds = traffic.seconds();
    json.text("name", route.name()).texts("hosts", hosts(route));
    if (route instanceof Route.Http http) {
      json.texts("paths", http.paths().stream().map(PathMatch::path).toList());
    }
    json.text("kind", kind(route))
        .text("target", target(route))
        .number("requests", total.requests())
        .number("tunnels", total.tunnels())
        .decimal("requestRate", recent.requests() / seconds)
        .number("recentRequests", recent.requests())
        .number("recentClientErrors", recent.clientErrors())
        .number("recentServerErrors", recent.serverErrors())
        .decimal("meanMillis", recent.nanos() / NANOS_PER_MILLI / recent.requests())
        .number("responseBytes", total.responseBytes());
  }

  private static String kind(Route route) {
    return switch (route) {
      case Route.Reencrypt ignored -> "reencrypt";
      case Route.Passthrough ignored -> "passthrough";
      case Route.Offload ignored -> "offload";
      case Route.Redirect ignored -> "redirect";
    };
  }

  private static String target(Route route) {
    return switch (route) {
      case Route.Reencrypt forward -> forward.upstream();
      case Route.Passthrough forward -> forward.upstream();
      case Route.Offload forward -> forward.upstream();
      case Route.Redirect redirect -> redirect.target().scheme();
    };
  }

  // ---- upstreams

  private List<UpstreamStatus> ordered(List<UpstreamStatus> all) {
    return all.stream().sorted(Comparator.comparing(this::failing).reversed()).toList();
  }

  private long failing(UpstreamStatus upstream) {
    return upstream.endpoints().stream()
        .filter(each -> sources.upstreams().state(upstream.name(), each) == EndpointState.FAILING)
        .count();
  }

  private static List<String> words(UpstreamStatus upstream) {
    List<String> words = new ArrayList<>(
        upstream.endpoints().stream().map(EndpointStatus::address).toList());
    words.add(upstream.name());
    return words;
  }

  private void upstream(JsonText json, UpstreamStatus upstream) {
    sources.upstreams().upstream(json, upstream);
  }
}
