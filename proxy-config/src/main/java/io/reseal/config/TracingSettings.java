package io.reseal.config;

import java.net.URI;

/**
 * How a request can be followed from one system to the next.
 *
 * @param requestId what upstreams get in X-Request-Id. Default: what the client sent
 * @param traceparent what upstreams get in traceparent and tracestate of W3C Trace Context.
 *     Default: what the client sent
 * @param endpoint where spans go. Default: nowhere
 * @param sampleOneIn of so many traces that begin here one is recorded; a trusted peer's decision
 *     on its own traces stands. Default: 1, all
 * @param queueSpans how many spans may wait for the collector; what comes on top of them is dropped
 *     and counted. Default: 4,096
 */
public record TracingSettings(
    RequestId requestId,
    Traceparent traceparent,
    Export endpoint,
    int sampleOneIn,
    int queueSpans) {
  public static final TracingSettings DEFAULT =
      new TracingSettings(RequestId.PASS, Traceparent.PASS, new Export.Off(), 1, 4_096);

  /** Whether requests get a place in a trace; exporting needs it. */
  public boolean startsTraces() {
    return traceparent == Traceparent.START || exports();
  }

  /** Whether spans are exported. */
  public boolean exports() {
    return endpoint instanceof Export.Otlp;
  }

  /** What upstreams get in X-Request-Id. */
  public enum RequestId {
    /** What the client sent. */
    PASS,
    /** The id of the logs: a trusted peer's own, else a new one. */
    SET
  }

  /** What upstreams get in traceparent. */
  public enum Traceparent {
    /** What the client sent, untouched. */
    PASS,
    /** The client's trace goes on with this request as parent; without one a trace begins. */
    START
  }

  /** Where spans go. */
  public sealed interface Export {

    /** Nowhere. */
    record Off() implements Export {
      @Override
      public String toString() {
        return "off";
      }
    }

    /** To a collector that speaks OTLP over HTTP with protobuf, at its whole URL. */
    record Otlp(URI endpoint) implements Export {
      @Override
      public String toString() {
        return endpoint.toString();
      }
    }
  }
}
