package io.reseal.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.core.snapshot.RoutePlan;
import io.reseal.core.tls.ClientHello;
import io.reseal.core.tls.ParsedHello;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.BenchmarkListEntry;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs every benchmark method once, for what it does and not for how long it takes. */
final class BenchmarksTest {

  @Test
  void readsTheHello() {
    ClientHelloParseBenchmark benchmark = new ClientHelloParseBenchmark();
    ClientHello expected =
        new ClientHello(BrowserHello.SERVER_NAME, List.of("h2", "http/1.1"), true, true);
    assertThat(benchmark.channelAlone()).isNull();
    assertThat(benchmark.parser()).isEqualTo(new ParsedHello.Ok(expected));
    assertThat(benchmark.handlerWithOnePiece()).isEqualTo(expected);
    assertThat(new ClientHelloParseBenchmark().handlerWithTwoPieces()).isEqualTo(expected);
  }

  @Test
  void theHelloIsLargerThanOneSegment() {
    assertThat(BrowserHello.record()).hasSizeBetween(1_500, 2_000);
  }

  @Test
  void findsTheRoutes() {
    RouteLookupBenchmark benchmark = new RouteLookupBenchmark();
    assertThat(benchmark.hostAlone()).startsWith("shop-");
    assertThat(benchmark.exactHost()).extracting(RoutePlan::name).asString().startsWith("exact-");
    assertThat(benchmark.wildcardHost())
        .extracting(RoutePlan::name)
        .asString()
        .startsWith("wildcard-");
    assertThat(benchmark.exactPath()).isNotNull();
    assertThat(benchmark.unknownHost()).isNull();
  }

  @Test
  void relaysTheExchange() {
    ExchangeBenchmark benchmark = new ExchangeBenchmark();
    assertThat(benchmark.exchangeText())
        .startsWith("HTTP/1.1 200 OK\r\n")
        .endsWith("\r\n\r\n{\"order\":4711,\"items\":[12]}");
    assertThat(benchmark.exchange()).isGreaterThan(500);
    assertThat(benchmark.exchange()).isGreaterThan(500);
    benchmark.close();
  }

  @Test
  void countsTheExchange() {
    ObserverBenchmark benchmark = new ObserverBenchmark();
    benchmark.meters();
    benchmark.meters();
    assertThat(benchmark.scrape())
        .containsPattern("reseal_requests_total\\{[^}]*status=\"2xx\"[^}]*} 2.0");
    benchmark.close();
  }

  @Test
  void listsEveryBenchmark() {
    assertThat(BenchmarkList.defaultList()
            .find(
                OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT),
                List.of("."),
                List.of()))
        .extracting(BenchmarkListEntry::getUsername)
        .hasSize(11);
  }
}
