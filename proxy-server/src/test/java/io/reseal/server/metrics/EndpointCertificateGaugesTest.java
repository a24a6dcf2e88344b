package io.reseal.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.HostPort;
import io.reseal.server.kit.Scrape;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.TestPki;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Endpoints come and go; their certificates are told of in the same moment, before it or after. */
final class EndpointCertificateGaugesTest {
  private static final HostPort ONE = new HostPort("127.0.0.1", 1);
  private static final HostPort TWO = new HostPort("127.0.0.1", 2);
  private static final X509Certificate EARLY = endingAt("2040-01-01T00:00:00Z");
  private static final X509Certificate LATE = endingAt("2050-01-01T00:00:00Z");

  private final Metrics metrics = new Metrics(setup("shop", ONE, TWO).config(), "1");

  private static X509Certificate endingAt(String instant) {
    return TestPki.server("a.test").validUntil(Instant.parse(instant)).issue().certificate();
  }

  private static ProxySetup setup(String upstream, HostPort... endpoints) {
    return new ProxySetup().upstream(upstream, ProxySetup.verified(), endpoints);
  }

  @AfterEach
  void close() {
    metrics.close();
  }

  private void shows(HostPort endpoint, X509Certificate certificate) {
    metrics.observer().upstreamCertificate("shop", endpoint.toString(), certificate);
  }

  private List<Double> shown(HostPort endpoint) {
    Scrape scrape = Scrape.of(metrics.scrape());
    return scrape.series().stream()
        .filter(line -> line.contains("kind=\"upstream\""))
        .filter(line -> line.contains("endpoint=\"" + endpoint + "\""))
        .map(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .toList();
  }

  private static double end(X509Certificate certificate) {
    return certificate.getNotAfter().toInstant().getEpochSecond();
  }

  @Test
  void whatIsGoneHasNoGaugeAndWhatComesBackHasItsOwn() {
    shows(ONE, EARLY);
    shows(TWO, EARLY);
    metrics.configure(setup("shop", ONE).config());
    assertThat(shown(ONE)).containsExactly(end(EARLY));
    assertThat(shown(TWO)).isEmpty();
    metrics.configure(setup("other", ONE).config());
    assertThat(shown(ONE)).isEmpty();
    metrics.configure(setup("shop", ONE, TWO).config());
    assertThat(shown(ONE)).isEmpty();
    shows(ONE, LATE);
    assertThat(shown(ONE)).containsExactly(end(LATE));
    shows(ONE, EARLY);
    assertThat(shown(ONE)).containsExactly(end(EARLY));
  }

  @Test
  void aHandshakeThatEndsAfterItsEndpointHasGoneMakesNoGauge() {
    metrics.configure(setup("shop", ONE).config());
    shows(TWO, EARLY);
    assertThat(shown(TWO)).isEmpty();
    metrics.configure(setup("shop", ONE, TWO).config());
    shows(TWO, LATE);
    assertThat(shown(TWO)).containsExactly(end(LATE));
  }

  @Test
  void aHandshakeThatEndsBeforeItsEndpointIsToldOfIsNotLost() {
    metrics.configure(setup("shop", ONE).config());
    shows(TWO, EARLY);
    metrics.configure(setup("shop", TWO).config());
    assertThat(shown(TWO)).containsExactly(end(EARLY));
  }
}
