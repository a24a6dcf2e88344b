package io.reseal.server.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.sdk.resources.Resource;
import io.reseal.config.TracingSettings;
import io.reseal.config.TracingSettings.Export.Otlp;
import io.reseal.core.observe.DataPlaneObserver;
import io.reseal.core.observe.ExchangeRecord;
import io.reseal.core.observe.ExchangeTrace;
import io.reseal.server.metrics.QueueCounts;
import org.jspecify.annotations.Nullable;

/**
 * The export of spans: off, or with one writer. Events cost a field read while it is off. Thread-safe.
 */
public final class Traces implements DataPlaneObserver, AutoCloseable {
  private final QueueCounts counts = new QueueCounts();
  private final Resource resource;
  private TracingSettings settings = TracingSettings.DEFAULT;
  private volatile @Nullable SpanWriter writer;

  /** @param version of this build */
  public Traces(String version) {
    this.resource = Resource.create(Attributes.of(
        AttributeKey.stringKey("service.name"),
        "reseal",
        AttributeKey.stringKey("service.version"),
        version));
  }

  /** Goes on with these settings; what waits still goes where it was meant to go. */
  public synchronized void configure(TracingSettings next) {
    if (next.equals(settings)) {
      return;
    }
    SpanWriter before = writer;
    writer = next.endpoint() instanceof Otlp otlp
        ? SpanWriter.start(otlp.endpoint(), next, resource, counts)
        : null;
    settings = next;
    if (before != null) {
      before.close();
    }
  }

  public QueueCounts counts() {
    return counts;
  }

  @Override
  public void exchangeEnded(ExchangeRecord exchange) {
    SpanWriter current = writer;
    ExchangeTrace trace = exchange.trace();
    if (current != null && trace != null && trace.context().sampled()) {
      current.offer(exchange);
    }
  }

  /** Exports what waits, for at most a second. */
  @Override
  public synchronized void close() {
    SpanWriter last = writer;
    writer = null;
    settings = TracingSettings.DEFAULT;
    if (last != null) {
      last.close();
    }
  }
}
