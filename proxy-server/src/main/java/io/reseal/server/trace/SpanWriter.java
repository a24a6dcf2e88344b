package io.reseal.server.trace;

import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporterBuilder;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.reseal.config.TracingSettings;
import io.reseal.config.TrustAnchors;
import io.reseal.core.observe.ExchangeRecord;
import io.reseal.server.metrics.QueueCounts;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import org.jctools.queues.MpscArrayQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bounded queue of exchanges, and the thread that makes spans of them and sends them. Whoever
 * offers never waits. A batch that the collector does not take is lost: what is sent again would be
 * in the way of what comes.
 */
final class SpanWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SpanWriter.class);

  /** The exporter tells of each failure by itself; one line a minute is enough. */
  private static final java.util.logging.Logger EXPORTER_LOG =
      java.util.logging.Logger.getLogger("io.opentelemetry");

  /** Of spans; those of the last exchange may go beyond. */
  private static final int MOST_IN_BATCH = 512;

  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final int SEND_SECONDS = 10;
  private static final long WARN_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long LAST_SENDS_MILLIS = 1_000;

  private final URI endpoint;
  private final MpscArrayQueue<ExchangeRecord> queue;
  private final SpanExporter exporter;
  private final Resource resource;
  private final QueueCounts counts;
  private final Thread thread;
  private final List<SpanData> batch = new ArrayList<>(MOST_IN_BATCH);
  private volatile boolean closing;
  private long warnedNanos = System.nanoTime() - WARN_NANOS;

  private SpanWriter(
      URI endpoint, TracingSettings settings, Resource resource, QueueCounts counts) {
    EXPORTER_LOG.setLevel(Level.OFF);
    this.endpoint = endpoint;
    this.queue = new MpscArrayQueue<>(settings.queueSpans());
    this.exporter = exporter(endpoint, settings);
    this.resource = resource;
    this.counts = counts;
    this.thread = Thread.ofPlatform().daemon().name("reseal-traces").unstarted(this::run);
  }

  private static SpanExporter exporter(URI endpoint, TracingSettings settings) {
    OtlpHttpSpanExporterBuilder builder = OtlpHttpSpanExporter.builder()
        .setEndpoint(endpoint.toString())
        .setTimeout(SEND_SECONDS, TimeUnit.SECONDS)
        .setConnectTimeout(SEND_SECONDS, TimeUnit.SECONDS)
        .setRetryPolicy(null);
    for (TracingSettings.Header header : settings.headers()) {
      builder.addHeader(header.name(), header.value());
    }
    if (settings.destinationCA() instanceof TrustAnchors.DestinationCa ca) {
      builder.setTrustedCertificates(pem(ca.certificates()));
    }
    return builder.build();
  }

  private static byte[] pem(List<X509Certificate> certificates) {
    StringBuilder pem = new StringBuilder();
    try {
      for (X509Certificate certificate : certificates) {
        pem.append("-----BEGIN CERTIFICATE-----\n")
            .append(Base64.getMimeEncoder().encodeToString(certificate.getEncoded()))
            .append("\n-----END CERTIFICATE-----\n");
      }
    } catch (CertificateEncodingException impossible) {
      throw new IllegalStateException("a certificate that was read has no form", impossible);
    }
    return pem.toString().getBytes(StandardCharsets.US_ASCII);
  }

  static SpanWriter start(
      URI endpoint, TracingSettings settings, Resource resource, QueueCounts counts) {
    SpanWriter writer = new SpanWriter(endpoint, settings, resource, counts);
    writer.thread.start();
    return writer;
  }

  /** Takes an exchange whose trace is recorded, unless too many wait. Thread-safe, never blocks. */
  void offer(ExchangeRecord exchange) {
    if (!queue.offer(exchange)) {
      counts.addNotQueued(ExchangeSpans.count(exchange));
    }
  }

  private void run() {
    while (true) {
      // Read first: what was offered before the close must be sent.
      boolean last = closing;
      fill();
      if (!batch.isEmpty()) {
        send();
      } else if (last) {
        break;
      } else {
        LockSupport.parkNanos(LOOK_NANOS);
      }
    }
    exporter.shutdown();
  }

  private void fill() {
    long epochMinusNanos =
        TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis()) - System.nanoTime();
    while (batch.size() < MOST_IN_BATCH) {
      ExchangeRecord exchange = queue.relaxedPoll();
      if (exchange == null) {
        return;
      }
      int before = batch.size();
      try {
        ExchangeSpans.add(exchange, epochMinusNanos, resource, batch);
      } catch (RuntimeException mistake) {
        // Without this thread there would be no spans any more.
        batch.subList(before, batch.size()).clear();
        counts.addLost(1);
        if (mayWarn()) {
          LOG.error("the spans of an exchange could not be made", mistake);
        }
      }
    }
  }

  /** Once a minute is enough. */
  private boolean mayWarn() {
    long now = System.nanoTime();
    boolean due = now - warnedNanos >= WARN_NANOS;
    if (due) {
      warnedNanos = now;
    }
    return due;
  }

  private void send() {
    try {
      CompletableResultCode sent = exporter.export(batch).join(SEND_SECONDS + 1, TimeUnit.SECONDS);
      if (sent.isSuccess()) {
        counts.addDelivered(batch.size());
      } else {
        lost(String.valueOf(sent.getFailureThrowable()));
      }
    } catch (RuntimeException | Error refused) {
      lost(refused.toString());
    } finally {
      batch.clear();
    }
  }

  private void lost(String why) {
    counts.addLost(batch.size());
    if (mayWarn()) {
      LOG.warn(
          "tracing.endpoint: {} does not take spans ({}); {} are lost so far",
          endpoint,
          why,
          counts.lost() + counts.notQueued());
    }
  }

  /** Sends what waits, unless the collector takes too long. */
  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
    try {
      thread.join(LAST_SENDS_MILLIS);
    } catch (InterruptedException asked) {
      Thread.currentThread().interrupt();
    }
  }
}
