package io.reseal.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reseal.config.HostPort;
import io.reseal.config.TlsVersions;
import io.reseal.config.TrustAnchors;
import io.reseal.config.UpstreamTls;
import io.reseal.server.kit.Scrape;
import io.reseal.server.kit.Watched;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A proxy to which everything happens that is measured, good and bad. */
final class EveryFamily {
  private EveryFamily() {}

  static Watched start() throws IOException {
    return Watched.start(EveryFamily::routes);
  }

  private static ProxySetup routes(ProxySetup setup) {
    HostPort origin = setup.config().upstreams().getFirst().endpoints().getFirst();
    HostPort closed = new HostPort("127.0.0.1", 1);
    UpstreamTls trustsAnotherCa = new UpstreamTls(
        new TrustAnchors.DestinationCa(List.of(Certificates.FRONT.certificate()), "front.pem"),
        new UpstreamTls.ServerNameSent.EndpointName(),
        List.of(),
        false,
        TlsVersions.MODERN);
    return setup
        .identity("more", "wrong.test", "closed.test")
        .reencrypt("wrong.test", "wrong")
        .reencrypt("closed.test", "closed")
        .passthrough("pass.test", "passed")
        .upstream("wrong", trustsAnotherCa, origin)
        .upstream("closed", ProxySetup.verified(), closed, new HostPort("127.0.0.1", 2))
        .upstream("passed", ProxySetup.verified(), origin);
  }

  /** Each of it once. */
  static void happen(Watched proxy) throws IOException {
    try (RawClient client = proxy.client("a.test")) {
      for (int i = 0; i < 3; i++) {
        client.exchange("POST /x HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\n\r\nhello");
      }
    }
    for (String host : List.of("wrong.test", "closed.test")) {
      try (RawClient client = proxy.client(host)) {
        client.exchange("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
      }
    }
    try (RawClient client = proxy.plainClient()) {
      client.exchange("GET / HTTP/1.1\r\nHost: a.test\r\nX: " + "x".repeat(100_000) + "\r\n\r\n");
    }
    for (String host : List.of("nobody.test", "pass.test")) {
      try (RawClient client = proxy.client(host)) {
        client.exchange("GET / HTTP/1.1\r\nHost: pass.test\r\n\r\n");
      } catch (IOException refused) {
        // By us for the one, by the client for the other, whose CA it does not trust.
      }
    }
  }

  /** A scrape with every documented family, and those of the runtime that show late. */
  static Scrape scrape(Watched proxy) throws IOException {
    happen(proxy);
    System.gc();
    await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(50)).untilAsserted(() -> {
      Scrape scrape = proxy.scrape();
      assertThat(names(scrape)).containsAll(documented());
      assertThat(scrape.sum("jvm_gc_pause_seconds_count")).isPositive();
    });
    return proxy.scrape();
  }

  /** The families of Reseal's own, without the {@code _max} beside histograms. */
  static Set<String> names(Scrape scrape) {
    return found(scrape.text(), "(?m)^# HELP (reseal_\\w+?)(?:_max)? ");
  }

  /** The families that the documentation names. */
  static Set<String> documented() throws IOException {
    Path page = Path.of(System.getProperty("reseal.root"), "docs/metrics.md");
    return found(Files.readString(page), "(?m)^\\| `(reseal_\\w+)` \\|");
  }

  private static Set<String> found(String text, String expression) {
    Set<String> names = new TreeSet<>();
    Matcher matcher = Pattern.compile(expression).matcher(text);
    while (matcher.find()) {
      names.add(matcher.group(1));
    }
    return names;
  }
}
