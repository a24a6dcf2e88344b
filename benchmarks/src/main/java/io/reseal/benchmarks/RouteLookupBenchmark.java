package io.reseal.benchmarks;

import io.reseal.core.snapshot.HostRoutes;
import io.reseal.core.snapshot.HostTable;
import io.reseal.core.snapshot.RoutePlan;
import io.reseal.core.snapshot.Snapshot;
import io.reseal.core.snapshot.SnapshotCompiler;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The way from a host and a path to a route, in a table of {@value #HOSTS} hosts: half of them
 * exact, half wildcards, each with one exact path and three prefixes. Every call asks for another
 * host, with strings whose hashes are not known yet, as those of requests are.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--sun-misc-unsafe-memory-access=allow")
public class RouteLookupBenchmark {
  static final int HOSTS = 10_000;

  /** Prime to the number of hosts, so that every host has its turn, far from the last. */
  private static final int STRIDE = 2_503;

  private static final String DEEP_PATH = "/api/v1/orders/4711/items";

  private final HostTable hosts = hosts();
  private final byte[][] exact = new byte[HOSTS / 2][];
  private final byte[][] wildcard = new byte[HOSTS / 2][];
  private final byte[] unknown = latin1("www.unknown.example");
  private int turn;

  public RouteLookupBenchmark() {
    for (int i = 0; i < HOSTS / 2; i++) {
      exact[i] = latin1(SampleConfig.exactHost(i));
      wildcard[i] = latin1("www." + SampleConfig.wildcardParent(i));
    }
  }

  /** What the strings alone cost, to be subtracted. */
  @Benchmark
  public String hostAlone() {
    return next(exact);
  }

  @Benchmark
  public @Nullable RoutePlan exactHost() {
    return lookup(next(exact), DEEP_PATH);
  }

  @Benchmark
  public @Nullable RoutePlan wildcardHost() {
    return lookup(next(wildcard), DEEP_PATH);
  }

  @Benchmark
  public @Nullable RoutePlan exactPath() {
    return lookup(next(exact), SampleConfig.EXACT_PATH);
  }

  @Benchmark
  public @Nullable RoutePlan unknownHost() {
    return lookup(text(unknown), DEEP_PATH);
  }

  private @Nullable RoutePlan lookup(String host, String path) {
    HostRoutes routes = hosts.lookup(host);
    return routes == null ? null : routes.route(path);
  }

  @SuppressWarnings("deprecation") // The one constructor that costs a copy and nothing else.
  private static String text(byte[] latin1) {
    return new String(latin1, 0);
  }

  private String next(byte[][] names) {
    turn += STRIDE;
    if (turn >= names.length) {
      turn -= names.length;
    }
    return text(names[turn]);
  }

  @SuppressWarnings("deprecation") // The counterpart of the constructor above.
  private static byte[] latin1(String text) {
    byte[] bytes = new byte[text.length()];
    text.getBytes(0, text.length(), bytes, 0);
    return bytes;
  }

  private static HostTable hosts() {
    Snapshot snapshot = SnapshotCompiler.compile(SampleConfig.manyHosts(HOSTS));
    return Objects.requireNonNull(snapshot.listener(SampleConfig.LISTENER)).hosts();
  }
}
