package io.reseal.server.trace;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.sdk.common.InstrumentationLibraryInfo;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.List;

/** A span as the exporter takes it. */
final class FinishedSpan implements SpanData {
  private static final InstrumentationScopeInfo SCOPE = InstrumentationScopeInfo.create("reseal");

  private final Place place;
  private final Extent extent;
  private final StatusData status;
  private final Attributes attributes;
  private final List<EventData> events;
  private final Resource resource;

  FinishedSpan(
      Place place,
      Extent extent,
      StatusData status,
      Attributes attributes,
      List<EventData> events,
      Resource resource) {
    this.place = place;
    this.extent = extent;
    this.status = status;
    this.attributes = attributes;
    this.events = List.copyOf(events);
    this.resource = resource;
  }

  /**
   * What the span is, and where it stands in its trace.
   *
   * @param parent invalid for none
   */
  record Place(String name, SpanKind kind, SpanContext own, SpanContext parent) {}

  /** When it began and ended, of the wall clock. */
  record Extent(long startEpochNanos, long endEpochNanos) {}

  @Override
  public String getName() {
    return place.name();
  }

  @Override
  public SpanKind getKind() {
    return place.kind();
  }

  @Override
  public SpanContext getSpanContext() {
    return place.own();
  }

  @Override
  public SpanContext getParentSpanContext() {
    return place.parent();
  }

  @Override
  public StatusData getStatus() {
    return status;
  }

  @Override
  public long getStartEpochNanos() {
    return extent.startEpochNanos();
  }

  @Override
  public long getEndEpochNanos() {
    return extent.endEpochNanos();
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
