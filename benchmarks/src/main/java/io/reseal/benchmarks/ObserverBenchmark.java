package io.reseal.benchmarks;

import io.reseal.config.ProxyConfig;
import io.reseal.core.observe.ClientFacts;
import io.reseal.core.observe.ConnectTimes;
import io.reseal.core.observe.ExchangeRecord;
import io.reseal.core.observe.TlsLeg;
import io.reseal.core.observe.UpstreamFacts;
import io.reseal.server.admin.TrafficBook;
import io.reseal.server.metrics.Metrics;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What an event loop pays for counting one exchange that has ended: exchanges of 32 clients over
 * HTTP/1.1, in turn. The record itself is made beforehand. The access log is not here: its lines
 * cannot be made faster than they are written.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class ObserverBenchmark {
  private static final int CLIENTS = 32;
  private static final TlsLeg CLIENT_LEG =
      new TlsLeg("TLSv1.3", "TLS_AES_128_GCM_SHA256", "X25519", "http/1.1", "a.example", false, "");
  private static final TlsLeg UPSTREAM_LEG =
      new TlsLeg("TLSv1.3", "TLS_AES_128_GCM_SHA256", "X25519", "http/1.1", "b.example", false, "");

  private final List<ExchangeRecord> exchanges = new ArrayList<>();
  private final Metrics metrics;
  private final TrafficBook traffic;
  private int next;

  public ObserverBenchmark() {
    ProxyConfig config = SampleConfig.oneHost("a.example");
    metrics = new Metrics(config, "benchmark");
    traffic = new TrafficBook(config);
    String route = config.routes().getFirst().name();
    UpstreamFacts upstream = new UpstreamFacts(
        "192.0.2.9:8443", "192.0.2.9:8443", UPSTREAM_LEG, true, null, ConnectTimes.NONE);
    for (int i = 0; i < CLIENTS; i++) {
      exchanges.add(exchange(
          new ClientFacts(SampleConfig.LISTENER, "192.0.2.7", 40_000 + i, CLIENT_LEG),
          upstream,
          route));
    }
  }

  private static ExchangeRecord exchange(ClientFacts client, UpstreamFacts upstream, String route) {
    long received = System.nanoTime();
    return new ExchangeRecord(
        client,
        "f4ccc19012695ee0",
        null,
        "http/1.1",
        "GET",
        "a.example",
        "/api/v1/orders/4711",
        "",
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        route,
        "shop",
        upstream,
        /* reused= */ true,
        /* replayed= */ false,
        200,
        0,
        1_024,
        /* complete= */ true,
        null,
        received,
        received + 60_000,
        received + 1_200_000,
        received + 1_260_000);
  }

  private ExchangeRecord next() {
    next = (next + 1) % CLIENTS;
    return exchanges.get(next);
  }

  /** Metrics, and the book of the status page. */
  @Benchmark
  public void meters() {
    ExchangeRecord exchange = next();
    metrics.observer().upstreamReused(exchange.upstream());
    metrics.observer().exchangeEnded(exchange);
    traffic.exchangeEnded(exchange);
  }

  /** What Prometheus would read; for a test. */
  String scrape() {
    return metrics.scrape();
  }

  @TearDown
  public void close() {
    metrics.close();
  }
}
