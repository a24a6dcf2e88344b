package io.reseal.server.metrics;

import com.sun.management.OperatingSystemMXBean;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheus.PrometheusConfig;
import io.micrometer.prometheus.PrometheusMeterRegistry;
import io.prometheus.client.exporter.common.TextFormat;
import io.reseal.config.Listener;
import io.reseal.config.ProxyConfig;
import io.reseal.config.Route;
import io.reseal.config.Upstream;
import io.reseal.core.DataPlane;
import io.reseal.core.observe.DataPlaneObserver;
import io.reseal.server.admin.Reload;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * What is measured, and its text for Prometheus. The only place that knows which registry this is.
 * Every label comes from the configuration or from a closed set in the code, never from a peer.
 */
public final class Metrics implements AutoCloseable {
  /** The media type of {@link #scrape}. */
  public static final String CONTENT_TYPE = TextFormat.CONTENT_TYPE_004;

  private static final double NANOS_PER_SECOND = 1e9;

  private final PrometheusMeterRegistry registry = registry();
  private final JvmGcMetrics collections = new JvmGcMetrics();
  private final CertificateGauges certificates = new CertificateGauges(registry);
  private final LimitGauges limits = new LimitGauges(registry);
  private final StateGauges state = new StateGauges(registry);
  private final ReloadMeters reloads = new ReloadMeters(registry);
  private final MetricsObserver observer;

  /**
   * Begins to measure.
   *
   * @param version of this build
   */
  public Metrics(ProxyConfig config, String version) {
    observer = new MetricsObserver(new Meters(registry), certificates, config);
    certificates.configure(config);
    limits.configure(config);
    Gauge.builder("reseal.build.info", () -> 1)
        .description("Always 1; its labels say what runs.")
        .tags(Tags.of("version", version, "java", Runtime.version().toString()))
        .register(registry);
    bindProcess();
  }

  private static PrometheusMeterRegistry registry() {
    PrometheusMeterRegistry made = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    // Their names break the conventions of Prometheus; process_cpu_seconds_total says the first.
    made.config()
        .meterFilter(MeterFilter.denyNameStartsWith("process.cpu.time"))
        .meterFilter(MeterFilter.denyNameStartsWith("system.cpu.count"));
    return made;
  }

  private void bindProcess() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ClassLoaderMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    collections.bindTo(registry);
    if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
      FunctionCounter.builder(
              "process.cpu", system, bean -> bean.getProcessCpuTime() / NANOS_PER_SECOND)
          .description("CPU time of the process, user and system.")
          .baseUnit("seconds")
          .register(registry);
    }
  }

  /** The one to tell what the data plane does. */
  public DataPlaneObserver observer() {
    return observer;
  }

  /**
   * Shows what became of lines and spans. Called once.
   *
   * @param lines of the access log
   * @param droppedLines how many of the process' own log found its queue full
   */
  public void watch(QueueCounts lines, QueueCounts spans, LongSupplier droppedLines) {
    queue("reseal.access.log", "lines", "lines of the access log", lines);
    queue("reseal.trace", "spans", "spans", spans);
    // The registry holds its second argument weakly.
    dropped(
        "reseal.log", "lines of the log", "queue_full", this, ignored -> droppedLines.getAsLong());
  }

  private void queue(String name, String delivered, String what, QueueCounts counts) {
    FunctionCounter.builder(name + "." + delivered, counts, QueueCounts::delivered)
        .description("What the output took: " + what + ".")
        .register(registry);
    dropped(name, what, "queue_full", counts, QueueCounts::notQueued);
    dropped(name, what, "output_failed", counts, QueueCounts::lost);
  }

  private <T> void dropped(
      String name, String what, String reason, T counts, ToDoubleFunction<T> read) {
    FunctionCounter.builder(name + ".dropped", counts, read)
        .description("What is lost because its output is slow or broken: " + what + ".")
        .tags(Tags.of("reason", reason))
        .register(registry);
  }

  /** Takes up another configuration's names and certificates. */
  public void configure(ProxyConfig config) {
    observer.configure(config);
    certificates.configure(config);
    limits.configure(config);
    state.configure(config);
    removeGone(Map.of(
        "route", names(config.routes(), Route::name),
        "upstream", names(config.upstreams(), Upstream::name),
        "listener", names(config.listeners(), Listener::name)));
  }

  private static <T> Set<String> names(List<T> things, Function<T, String> name) {
    return things.stream().map(name).collect(Collectors.toSet());
  }

  /**
   * What the configuration does not name any more is not reported: names come and go for years.
   *
   * @param known the names by label
   */
  private void removeGone(Map<String, Set<String>> known) {
    for (Meter meter : registry.getMeters()) {
      for (Tag tag : meter.getId().getTagsAsIterable()) {
        Set<String> names = known.get(tag.getKey());
        boolean ofTheCode = tag.getValue().equals("-") || tag.getValue().equals(MeterTables.OTHER);
        if (names != null && !ofTheCode && !names.contains(tag.getValue())) {
          registry.remove(meter);
        }
      }
    }
  }

  /** Takes down what a reading of the configuration led to. */
  public void reloaded(Reload reload) {
    reloads.noted(reload);
  }

  /** Reads open connections and the like off this data plane from now on. */
  public void watch(DataPlane dataPlane) {
    state.watch(dataPlane);
  }

  /** Everything measured so far, in the text format of Prometheus. Not for event loops. */
  public String scrape() {
    state.refresh();
    return registry.scrape(TextFormat.CONTENT_TYPE_004);
  }

  @Override
  public void close() {
    collections.close();
    registry.close();
  }
}
