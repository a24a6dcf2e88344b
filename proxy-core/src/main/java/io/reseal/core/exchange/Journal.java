package io.reseal.core.exchange;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.AsciiString;
import io.reseal.config.TracingSettings;
import io.reseal.core.failure.Failure;
import io.reseal.core.failure.FailurePolicy;
import io.reseal.core.http.HeadText;
import io.reseal.core.http.RequestHead;
import io.reseal.core.observe.DebugWatch.Tap;
import io.reseal.core.observe.ExchangeRecord;
import io.reseal.core.observe.ExchangeTrace;
import io.reseal.core.observe.TlsLeg;
import io.reseal.core.observe.TraceContext;
import io.reseal.core.observe.UpstreamAttempt;
import io.reseal.core.observe.UpstreamFacts;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What is noted of one exchange while it goes on, for logs and traces; made only where somebody
 * wants it. Confined to the exchange's event loop.
 */
final class Journal {
  private static final AsciiString TRACEPARENT = AsciiString.cached("traceparent");
  private static final AsciiString TRACESTATE = AsciiString.cached("tracestate");

  private final ClientConnection client;
  private final RequestHead request;
  private final TracingSettings tracing;
  private final @Nullable TraceContext trace;
  private final String id;
  private final String userAgent;
  private @Nullable Tap tap;
  private UpstreamFacts connection = UpstreamFacts.NONE;
  private boolean reused;
  private List<UpstreamAttempt> deadAttempts = List.of();

  /** The id of the span of the request to the upstream; 0 where none is recorded. */
  private long attemptSpan;

  private long connectedNanos;
  private long respondedNanos;

  Journal(ClientConnection client, RequestHead request, TracingSettings tracing) {
    this.client = client;
    this.request = request;
    this.tracing = tracing;
    this.id = RequestIds.of(request.fields(), client.edge().peerTrusted());
    this.trace = tracing.startsTraces() ? context() : null;
    this.userAgent = ExchangeRecord.cut(request.fields().get(HttpHeaderNames.USER_AGENT, ""));
  }

  private TraceContext context() {
    List<String> inbound = request.fields().getAll(TRACEPARENT);
    TraceContext continued = inbound.size() == 1 ? TraceContext.after(inbound.getFirst()) : null;
    if (continued != null && client.edge().peerTrusted()) {
      return continued.sampled(tracing.exports() && continued.sampled());
    }
    // Whoever may choose what is recorded could have everything recorded.
    int oneIn = tracing.sampleOneIn();
    boolean sampled =
        tracing.exports() && (oneIn == 1 || ThreadLocalRandom.current().nextInt(oneIn) == 0);
    return continued == null ? TraceContext.begin(sampled) : continued.sampled(sampled);
  }

  /** What finds the exchange in logs and error responses. */
  String id() {
    return id;
  }

  /** What traces want; null where there is no trace. */
  @Nullable
  ExchangeTrace trace() {
    if (trace == null) {
      return null;
    }
    if (attemptSpan == 0) {
      return new ExchangeTrace(trace, deadAttempts);
    }
    UpstreamAttempt last = attempt(respondedNanos, /* diedNanos= */ 0);
    if (deadAttempts.isEmpty()) {
      return new ExchangeTrace(trace, List.of(last));
    }
    List<UpstreamAttempt> all = new ArrayList<>(deadAttempts);
    all.add(last);
    return new ExchangeTrace(trace, all);
  }

  private UpstreamAttempt attempt(long responded, long diedNanos) {
    return new UpstreamAttempt(
        attemptSpan, connection, reused, connectedNanos, responded, diedNanos);
  }

  String userAgent() {
    return userAgent;
  }

  long connectedNanos() {
    return connectedNanos;
  }

  long respondedNanos() {
    return respondedNanos;
  }

  /** The exchange has a route, or will have none. */
  void routed(String route) {
    tap = client.debugWatch().tap(request.host(), route, id);
    if (tap != null) {
      tap.line("from " + client.facts().address() + " by \"" + client.facts().listener() + "\", "
          + text(client.facts().tls()) + ", route \"" + route + "\": " + HeadText.of(request));
    }
  }

  private static String text(TlsLeg tls) {
    return tls.version().isEmpty() ? "cleartext" : tls.toString();
  }

  /**
   * There is a connection; the request goes out next.
   *
   * @param nanos when it was there
   */
  void connected(UpstreamFacts facts, boolean fromPool, long nanos) {
    connection = facts;
    reused = fromPool;
    connectedNanos = nanos;
    if (tap != null) {
      tap.line((fromPool ? "pooled" : "new") + " connection to " + facts.endpoint() + " at "
          + facts.address() + ", " + text(facts.tls())
          + (facts.verified() ? ", verified" : ", not verified"));
    }
  }

  /** Puts into the request's fields what the next system should know. */
  void mark(HttpRequest outbound) {
    HttpHeaders fields = outbound.headers();
    if (tracing.requestId() == TracingSettings.RequestId.SET) {
      fields.set(RequestIds.FIELD, id);
    }
    if (trace != null) {
      if (trace.parent() == 0) {
        // The state belongs to the trace that the client's field could not name.
        fields.remove(TRACESTATE);
      }
      if (trace.sampled()) {
        attemptSpan = TraceContext.newSpan();
      }
      fields.set(TRACEPARENT, trace.traceparent(attemptSpan == 0 ? trace.span() : attemptSpan));
    }
    if (tap != null) {
      tap.line("to the upstream: " + HeadText.of(outbound));
    }
  }

  /** The pooled connection proved dead; the request goes out once more. */
  void connectionDied() {
    if (attemptSpan != 0) {
      deadAttempts = List.of(attempt(/* responded= */ 0, System.nanoTime()));
      attemptSpan = 0;
    }
  }

  /** The upstream's head came. */
  void responded(HttpResponse head) {
    if (head.status().code() >= 200 || head.status().code() == 101) {
      respondedNanos = System.nanoTime();
    }
    if (tap != null) {
      tap.line("from the upstream: " + HeadText.of(head));
    }
  }

  /** The exchange is over. */
  void ended(ExchangeRecord exchange) {
    if (tap != null) {
      Failure failure = exchange.failure();
      tap.line("ended after " + exchange.nanos() / 1_000 + " us with status " + exchange.status()
          + ", " + exchange.requestBytes() + " bytes of request body, " + exchange.responseBytes()
          + " of response body" + (exchange.complete() ? "" : ", incomplete")
          + (failure == null ? "" : ": " + FailurePolicy.logLine(failure)));
    }
  }
}
