package io.reseal.server.trace;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.reseal.core.failure.Failure;
import io.reseal.core.failure.Failure.UpstreamFault;
import io.reseal.core.failure.FailurePolicy;
import io.reseal.core.observe.ConnectTimes;
import io.reseal.core.observe.ExchangeRecord;
import io.reseal.core.observe.ExchangeTrace;
import io.reseal.core.observe.TlsLeg;
import io.reseal.core.observe.TraceContext;
import io.reseal.core.observe.UpstreamAttempt;
import io.reseal.core.observe.UpstreamFacts;
import io.reseal.server.trace.FinishedSpan.Extent;
import io.reseal.server.trace.FinishedSpan.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * The spans of one exchange: one of kind server for all of it; below it one of kind client for each
 * request to the upstream, from the wish for a connection to the end of the response; below that one
 * for the making of a new connection. Confined to the exporter's thread.
 */
final class ExchangeSpans {
  private final ExchangeRecord exchange;
  private final ExchangeTrace trace;
  private final long epochMinusNanos;
  private final Resource resource;
  private final List<SpanData> target;

  private ExchangeSpans(
      ExchangeRecord exchange, long epochMinusNanos, Resource resource, List<SpanData> target) {
    this.exchange = exchange;
    this.trace = Objects.requireNonNull(exchange.trace());
    this.epochMinusNanos = epochMinusNanos;
    this.resource = resource;
    this.target = target;
  }

  /**
   * Adds the spans of an exchange that has a trace.
   *
   * @param epochMinusNanos what makes a time of the wall clock of one of {@link System#nanoTime}
   */
  static void add(
      ExchangeRecord exchange, long epochMinusNanos, Resource resource, List<SpanData> target) {
    new ExchangeSpans(exchange, epochMinusNanos, resource, target).add();
  }

  /** How many spans {@link #add} adds. */
  static int count(ExchangeRecord exchange) {
    List<UpstreamAttempt> attempts = Objects.requireNonNull(exchange.trace()).attempts();
    int count = 1 + attempts.size() + (isWithoutConnection(exchange) ? 1 : 0);
    for (UpstreamAttempt attempt : attempts) {
      count += attempt.reused() ? 0 : 1;
    }
    return count;
  }

  /** Whether the last wish for a connection was in vain. */
  private static boolean isWithoutConnection(ExchangeRecord exchange) {
    List<UpstreamAttempt> attempts = Objects.requireNonNull(exchange.trace()).attempts();
    return attempts.isEmpty()
        ? !exchange.upstream().isEmpty()
        : attempts.getLast().diedNanos() != 0;
  }

  private void add() {
    target.add(server());
    long begin = exchange.receivedNanos();
    int sentBefore = 0;
    for (UpstreamAttempt attempt : trace.attempts()) {
      target.add(request(attempt, begin, sentBefore++));
      if (!attempt.reused()) {
        target.add(connect(attempt));
      }
      begin = attempt.diedNanos();
    }
    if (isWithoutConnection(exchange)) {
      target.add(notConnected(begin));
    }
  }

  // ---- the whole exchange

  private SpanData server() {
    TraceContext context = trace.context();
    String method = SpanNames.ofMethod(exchange.method());
    String name = exchange.route().isEmpty() ? method : method + " " + exchange.route();
    SpanContext parent = context.parent() == 0
        ? SpanContext.getInvalid()
        : SpanContext.createFromRemoteParent(
            context.traceId(),
            context.parentId(),
            TraceFlags.getSampled(),
            TraceState.getDefault());
    return span(
        new Place(name, SpanKind.SERVER, context(context.span()), parent),
        extent(exchange.receivedNanos(), exchange.endedNanos()),
        serverStatus(),
        serverAttributes(),
        List.of());
  }

  private Attributes serverAttributes() {
    AttributesBuilder all = Attributes.builder();
    SpanNames.putMethod(all, exchange.method());
    all.put(SpanNames.SCHEME, exchange.client().tls().version().isEmpty() ? "http" : "https");
    all.put(SpanNames.PATH, exchange.path());
    SpanNames.putText(all, SpanNames.SERVER, exchange.host());
    all.put(SpanNames.CLIENT, exchange.client().address());
    SpanNames.putText(all, SpanNames.AGENT, exchange.userAgent());
    all.put(
        SpanNames.VERSION,
        exchange.protocol().equals("h2") ? "2" : exchange.protocol().substring(5));
    if (exchange.status() > 0) {
      all.put(SpanNames.STATUS, (long) exchange.status());
    }
    Failure failure = exchange.failure();
    if (failure != null) {
      all.put(SpanNames.ERROR, FailurePolicy.token(failure));
    }
    all.put(SpanNames.LISTENER, exchange.client().listener());
    SpanNames.putText(all, SpanNames.ROUTE, exchange.route());
    SpanNames.putText(all, SpanNames.UPSTREAM, exchange.upstream());
    SpanNames.putText(all, SpanNames.ENDPOINT, exchange.connection().endpoint());
    all.put(SpanNames.REQUEST_ID, exchange.id());
    return all.build();
  }

  /** The client's mistakes are no errors of this span. */
  private StatusData serverStatus() {
    boolean brokenOff = !exchange.complete() && !(exchange.failure() instanceof Failure.ClientGone);
    return brokenOff || exchange.status() >= 500 ? StatusData.error() : StatusData.unset();
  }

  // ---- the upstream's part

  private SpanData request(UpstreamAttempt attempt, long begin, int sentBefore) {
    boolean died = attempt.diedNanos() != 0;
    UpstreamFacts connection = attempt.connection();
    AttributesBuilder all = upstreamAttributes(
        connection.endpoint(), connection.tls().version().isEmpty() ? "http" : "https");
    SpanNames.putHostPort(all, SpanNames.PEER, SpanNames.PEER_PORT, connection.address());
    all.put(SpanNames.VERSION, "1.1");
    all.put(SpanNames.REUSED, attempt.reused());
    if (sentBefore > 0) {
      all.put(SpanNames.RESEND_COUNT, (long) sentBefore);
    }
    boolean answered =
        attempt.respondedNanos() != 0 && (exchange.failure() == null || !exchange.complete());
    if (answered && exchange.status() > 0) {
      all.put(SpanNames.STATUS, (long) exchange.status());
    }
    String error = died ? UpstreamFault.CLOSED_BEFORE_RESPONSE.token() : error(answered);
    SpanNames.putText(all, SpanNames.ERROR, error);
    List<EventData> events = new ArrayList<>(2);
    addEvent(events, "request sent", attempt.sentNanos());
    addEvent(events, "response head", attempt.respondedNanos());
    return span(
        new Place(
            SpanNames.ofMethod(exchange.method()),
            SpanKind.CLIENT,
            context(attempt.span()),
            context(trace.context().span())),
        extent(begin, died ? attempt.diedNanos() : exchange.endedNanos()),
        error.isEmpty() ? StatusData.unset() : StatusData.error(),
        all.build(),
        events);
  }

  /** Why the last request counts as failed; empty where it does not. */
  private String error(boolean answered) {
    Failure failure = exchange.failure();
    if (failure != null && !FailurePolicy.upstream(failure).isEmpty()) {
      return FailurePolicy.token(failure);
    }
    return answered && exchange.status() >= 400 ? Integer.toString(exchange.status()) : "";
  }

  private SpanData connect(UpstreamAttempt attempt) {
    UpstreamFacts connection = attempt.connection();
    ConnectTimes times = connection.times();
    TlsLeg tls = connection.tls();
    AttributesBuilder all = Attributes.builder();
    SpanNames.putHostPort(all, SpanNames.SERVER, SpanNames.SERVER_PORT, connection.endpoint());
    SpanNames.putHostPort(all, SpanNames.PEER, SpanNames.PEER_PORT, connection.address());
    List<EventData> events = new ArrayList<>(1);
    if (!tls.version().isEmpty()) {
      all.put(SpanNames.TLS_VERSION, tls.version().replace("TLSv", ""));
      all.put(SpanNames.TLS_CIPHER, tls.cipherSuite());
      all.put(SpanNames.TLS_RESUMED, tls.resumed());
      addEvent(events, "TCP connected", times.connectedNanos());
    }
    return span(
        new Place(
            "connect", SpanKind.INTERNAL, context(TraceContext.newSpan()), context(attempt.span())),
        extent(times.startedNanos(), times.readyNanos()),
        StatusData.unset(),
        all.build(),
        events);
  }

  /** The wish for a connection that nobody fulfilled; the upstream never saw this span's id. */
  private SpanData notConnected(long begin) {
    Failure failure = exchange.failure();
    String endpoint = switch (failure) {
      case Failure.ConnectFailed connect -> connect.endpoint();
      case Failure.TlsFailed tls -> tls.endpoint();
      case null, default -> "";
    };
    AttributesBuilder all =
        upstreamAttributes(endpoint, failure instanceof Failure.TlsFailed ? "https" : "");
    if (failure != null) {
      all.put(SpanNames.ERROR, FailurePolicy.token(failure));
    }
    boolean clientLeft = failure instanceof Failure.ClientGone;
    return span(
        new Place(
            SpanNames.ofMethod(exchange.method()),
            SpanKind.CLIENT,
            context(TraceContext.newSpan()),
            context(trace.context().span())),
        extent(begin, exchange.endedNanos()),
        clientLeft ? StatusData.unset() : StatusData.error(),
        all.build(),
        List.of());
  }

  /** @param scheme empty where it is not known */
  private AttributesBuilder upstreamAttributes(String endpoint, String scheme) {
    AttributesBuilder all = Attributes.builder();
    SpanNames.putMethod(all, exchange.method());
    if (!endpoint.isEmpty() && !scheme.isEmpty()) {
      // Without the query, which may hold secrets.
      all.put(SpanNames.URL, scheme + "://" + endpoint + exchange.path());
    }
    SpanNames.putHostPort(all, SpanNames.SERVER, SpanNames.SERVER_PORT, endpoint);
    SpanNames.putText(all, SpanNames.UPSTREAM, exchange.upstream());
    SpanNames.putText(all, SpanNames.ENDPOINT, endpoint);
    return all;
  }

  // ---- all of them

  private SpanContext context(long span) {
    return SpanContext.create(
        trace.context().traceId(),
        TraceContext.spanId(span),
        TraceFlags.getSampled(),
        TraceState.getDefault());
  }

  private Extent extent(long startNanos, long endNanos) {
    return new Extent(startNanos + epochMinusNanos, endNanos + epochMinusNanos);
  }

  private void addEvent(List<EventData> all, String name, long nanos) {
    if (nanos != 0) {
      all.add(EventData.create(nanos + epochMinusNanos, name, Attributes.empty()));
    }
  }

  private SpanData span(
      Place place,
      Extent extent,
      StatusData status,
      Attributes attributes,
      List<EventData> events) {
    return new FinishedSpan(place, extent, status, attributes, events, resource);
  }
}
