package io.reseal.server.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.common.InstrumentationLibraryInfo;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.reseal.core.failure.Failure;
import io.reseal.core.failure.FailurePolicy;
import io.reseal.core.observe.ExchangeRecord;
import io.reseal.core.observe.TraceContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/** One exchange as a span, with the names of OpenTelemetry's conventions where they have one. */
final class ExchangeSpan implements SpanData {
  private static final InstrumentationScopeInfo SCOPE = InstrumentationScopeInfo.create("reseal");
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT");
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
  private static final AttributeKey<String> ODD_METHOD =
      AttributeKey.stringKey("http.request.method_original");
  private static final AttributeKey<Long> STATUS =
      AttributeKey.longKey("http.response.status_code");
  private static final AttributeKey<String> SCHEME = AttributeKey.stringKey("url.scheme");
  private static final AttributeKey<String> PATH = AttributeKey.stringKey("url.path");
  private static final AttributeKey<String> HOST = AttributeKey.stringKey("server.address");
  private static final AttributeKey<String> CLIENT = AttributeKey.stringKey("client.address");
  private static final AttributeKey<String> AGENT = AttributeKey.stringKey("user_agent.original");
  private static final AttributeKey<String> VERSION =
      AttributeKey.stringKey("network.protocol.version");
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
  private static final AttributeKey<String> LISTENER = AttributeKey.stringKey("reseal.listener");
  private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("reseal.route");
  private static final AttributeKey<String> UPSTREAM = AttributeKey.stringKey("reseal.upstream");
  private static final AttributeKey<String> ENDPOINT = AttributeKey.stringKey("reseal.endpoint");
  private static final AttributeKey<String> REQUEST_ID =
      AttributeKey.stringKey("reseal.request_id");

  private final ExchangeRecord exchange;
  private final TraceContext trace;
  private final long epochMinusNanos;
  private final Resource resource;
  private final Attributes attributes;
  private final List<EventData> events;

  ExchangeSpan(ExchangeRecord exchange, long epochMinusNanos, Resource resource) {
    this.exchange = exchange;
    this.trace = Objects.requireNonNull(exchange.trace());
    this.epochMinusNanos = epochMinusNanos;
    this.resource = resource;
    this.attributes = attributes(exchange);
    this.events = events();
  }

  private static Attributes attributes(ExchangeRecord exchange) {
    AttributesBuilder all = Attributes.builder();
    if (METHODS.contains(exchange.method())) {
      all.put(METHOD, exchange.method());
    } else {
      all.put(METHOD, "_OTHER");
      put(all, ODD_METHOD, exchange.method());
    }
    all.put(SCHEME, exchange.client().tls().version().isEmpty() ? "http" : "https");
    all.put(PATH, exchange.path());
    put(all, HOST, exchange.host());
    all.put(CLIENT, exchange.client().address());
    put(all, AGENT, exchange.userAgent());
    all.put(
        VERSION, exchange.protocol().equals("h2") ? "2" : exchange.protocol().substring(5));
    if (exchange.status() > 0) {
      all.put(STATUS, (long) exchange.status());
    }
    Failure failure = exchange.failure();
    if (failure != null) {
      all.put(ERROR, FailurePolicy.token(failure));
    }
    all.put(LISTENER, exchange.client().listener());
    put(all, ROUTE, exchange.route());
    put(all, UPSTREAM, exchange.upstream());
    put(all, ENDPOINT, exchange.connection().endpoint());
    all.put(REQUEST_ID, exchange.id());
    return all.build();
  }

  private static void put(AttributesBuilder all, AttributeKey<String> key, String value) {
    if (!value.isEmpty()) {
      all.put(key, value);
    }
  }

  private List<EventData> events() {
    List<EventData> all = new ArrayList<>(2);
    event(all, "upstream connected", exchange.connectedNanos());
    event(all, "response head", exchange.respondedNanos());
    return List.copyOf(all);
  }

  private void event(List<EventData> all, String name, long nanos) {
    if (nanos != 0) {
      all.add(EventData.create(nanos + epochMinusNanos, name, Attributes.empty()));
    }
  }

  @Override
  public String getName() {
    String method = METHODS.contains(exchange.method()) ? exchange.method() : "HTTP";
    return exchange.route().isEmpty() ? method : method + " " + exchange.route();
  }

  @Override
  public SpanKind getKind() {
    return SpanKind.SERVER;
  }

  @Override
  public SpanContext getSpanContext() {
    return SpanContext.create(
        trace.traceId(), trace.spanId(), TraceFlags.getSampled(), TraceState.getDefault());
  }

  @Override
  public SpanContext getParentSpanContext() {
    return trace.parent() == 0
        ? SpanContext.getInvalid()
        : SpanContext.createFromRemoteParent(
            trace.traceId(), trace.parentId(), TraceFlags.getSampled(), TraceState.getDefault());
  }

  /** The client's mistakes are no errors of this span. */
  @Override
  public StatusData getStatus() {
    boolean brokenOff = !exchange.complete() && !(exchange.failure() instanceof Failure.ClientGone);
    return brokenOff || exchange.status() >= 500 ? StatusData.error() : StatusData.unset();
  }

  @Override
  public long getStartEpochNanos() {
    return exchange.receivedNanos() + epochMinusNanos;
  }

  @Override
  public long getEndEpochNanos() {
    return exchange.endedNanos() + epochMinusNanos;
  }

  @Override
  public Attributes getAttributes() {
    return attributes;
  }

  @Override
  public List<EventData> getEvents() {
    return events;
  }

  @Override
  public List<LinkData> getLinks() {
    return List.of();
  }

  @Override
  public boolean hasEnded() {
    return true;
  }

  @Override
  public int getTotalRecordedEvents() {
    return events.size();
  }

  @Override
  public int getTotalRecordedLinks() {
    return 0;
  }

  @Override
  public int getTotalAttributeCount() {
    return attributes.size();
  }

  @Override
  @Deprecated
  public InstrumentationLibraryInfo getInstrumentationLibraryInfo() {
    return InstrumentationLibraryInfo.create("reseal", null);
  }

  @Override
  public InstrumentationScopeInfo getInstrumentationScopeInfo() {
    return SCOPE;
  }

  @Override
  public Resource getResource() {
    return resource;
  }
}
