package io.reseal.server.admin;

import io.reseal.core.UpstreamStatus;
import io.reseal.core.UpstreamStatus.EndpointStatus;
import io.reseal.core.failure.FailurePolicy;
import io.reseal.server.admin.UpstreamBook.Failed;
import io.reseal.server.admin.UpstreamBook.Sighting;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** The upstreams as traffic has shown them, as JSON. */
public final class UpstreamsPage {
  private final Supplier<List<UpstreamStatus>> upstreams;
  private final UpstreamBook book;

  public UpstreamsPage(Supplier<List<UpstreamStatus>> upstreams, UpstreamBook book) {
    this.upstreams = upstreams;
    this.book = book;
  }

  /** The document as of now. */
  public String document() {
    return JsonText.object(json -> json.objects("upstreams", upstreams.get(), this::upstream));
  }

  /** The upstreams that are in use, each once for every kind of route that uses it. */
  List<UpstreamStatus> upstreams() {
    return upstreams.get();
  }

  /** How an endpoint did when it was tried last. */
  EndpointState state(String upstream, EndpointStatus endpoint) {
    Sighting sighting = book.find(upstream, endpoint.address());
    if (sighting == null) {
      return EndpointState.UNTRIED;
    }
    Failed last = sighting.lastFailure();
    if (last == null) {
      return sighting.connected() > 0 ? EndpointState.REACHABLE : EndpointState.UNTRIED;
    }
    return last.at().toEpochMilli() > sighting.connectedAtMillis()
        ? EndpointState.FAILING
        : EndpointState.REACHABLE;
  }

  /** How an endpoint did when it was tried last. */
  enum EndpointState {
    UNTRIED,
    REACHABLE,
    FAILING;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  void upstream(JsonText json, UpstreamStatus upstream) {
    json.text("name", upstream.name())
        .text("connections", upstream.protection())
        .flag("verified", upstream.verified())
        .objects(
            "endpoints",
            upstream.endpoints(),
            (each, endpoint) -> endpoint(each, upstream.name(), endpoint));
  }

  private void endpoint(JsonText json, String upstream, EndpointStatus endpoint) {
    json.text("address", endpoint.address())
        .text("state", state(upstream, endpoint).word())
        .number("open", endpoint.open())
        .number("idle", endpoint.idle());
    Sighting sighting = book.find(upstream, endpoint.address());
    if (sighting == null) {
      return;
    }
    json.number("connected", sighting.connected());
    if (sighting.connectedAtMillis() > 0) {
      json.text(
          "lastConnected", Instant.ofEpochMilli(sighting.connectedAtMillis()).toString());
    }
    json.number("failed", sighting.failed());
    Failed last = sighting.lastFailure();
    if (last != null) {
      FailurePolicy.Answer answer = FailurePolicy.answer(last.failure());
      json.object(
          "lastFailure",
          each -> each.text("at", last.at().toString())
              .text("error", answer.token())
              .text("detail", answer.detail())
              .text("fix", answer.advice()));
    }
  }
}
