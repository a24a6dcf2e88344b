package io.reseal.config;

import java.net.URI;
import java.util.List;

/**
 * How a request can be followed from one system to the next.
 *
 * @param requestId what upstreams get in X-Request-Id. Default: what the client sent
 * @param traceparent what upstreams get in traceparent and tracestate of W3C Trace Context.
 *     Default: what the client sent
 * @param endpoint where spans go. Default: nowhere
 * @param headers what the collector gets with each batch beside the spans, as a key of its API.
 *     Default: nothing
 * @param destinationCA who may have signed the certificate of a collector with TLS. Default: the
 *     system's trust store
 * @param sampleOneIn of so many traces that begin here one is recorded; a trusted peer's decision
 *     on its own traces stands. Default: 1, all
 * @param queueSpans how many exchanges may wait with their spans for the collector; what comes on
 *     top of them is dropped and counted. Default: 4,096
 */
public record TracingSettings(
    RequestId requestId,
    Traceparent traceparent,
    Export endpoint,
    List<Header> headers,
    TrustAnchors destinationCA,
    int sampleOneIn,
    int queueSpans) {
  public static final TracingSettings DEFAULT = new TracingSettings(
      RequestId.PASS,
      Traceparent.PASS,
      new Export.Off(),
      List.of(),
      new TrustAnchors.SystemStore(),
      1,
      4_096);

  public TracingSettings {
    headers = List.copyOf(headers);
  }

  /** Settings for a collector that wants no fields, and is verified by the system's trust store. */
  public TracingSettings(
      RequestId requestId,
      Traceparent traceparent,
      Export endpoint,
      int sampleOneIn,
      int queueSpans) {
    this(
        requestId,
        traceparent,
        endpoint,
        List.of(),
        new TrustAnchors.SystemStore(),
        sampleOneIn,
        queueSpans);
  }

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

  /**
   * A field of the requests to the collector. Security: its value may be a secret; {@link #toString}
   * never shows it.
   *
   * @param source the file that the value is from, or {@link #INLINE}
   */
  public record Header(String name, String value, String source) {
    /** The source of a value that stands in the configuration itself. */
    public static final String INLINE = "inline";

    @Override
    public String toString() {
      return name + ": (" + source + ")";
    }
  }
}
