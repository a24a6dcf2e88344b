package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.ClientIdentity;
import io.reseal.config.HostPort;
import io.reseal.config.RevocationList;
import io.reseal.config.TlsVersions;
import io.reseal.config.UpstreamTls;
import io.reseal.core.DataPlane;
import io.reseal.core.observe.DataPlaneObserver;
import io.reseal.core.observe.ExchangeRecord;
import io.reseal.core.observe.TlsLeg;
import io.reseal.core.tls.OpensslServer;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.ProxyFixture;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.Reply;
import io.reseal.testkit.TestCrl;
import io.reseal.testkit.TestPki;
import io.reseal.testkit.TestPki.Issued;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What upstreams are shown that ask for a certificate, and what is believed of theirs by CRLs. */
final class ClientIdentityTest {
  private static final Issued CLIENTS = TestPki.ca("Client CA");
  private static final Issued UPSTREAMS = Certificates.DESTINATION.authority();

  @TempDir
  Path folder;

  private static UpstreamTls policy(ClientIdentity identity, RevocationList... lists) {
    UpstreamTls plain = ProxySetup.verified();
    return new UpstreamTls(
        plain.trustAnchors(),
        plain.serverName(),
        plain.acceptedNames(),
        plain.commonNameFallback(),
        TlsVersions.MODERN,
        List.of(lists),
        identity);
  }

  private static Reply get(UpstreamTls tls, HostPort endpoint) throws IOException {
    try (ProxyFixture proxy = new ProxySetup()
            .identity("front", "a.test")
            .reencrypt("a.test", "origin")
            .upstream("origin", tls, endpoint)
            .start();
        RawClient client = proxy.client("a.test")) {
      return client.exchange("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n");
    }
  }

  /** An upstream that we did not write, and that insists on a certificate of the client CA. */
  private OpensslServer upstream(String... options) throws IOException {
    Path ca = Files.writeString(folder.resolve("clients.crt"), TestPki.pem(CLIENTS.certificate()));
    List<String> all =
        new ArrayList<>(List.of("-Verify", "4", "-verify_return_error", "-CAfile", ca.toString()));
    all.addAll(Arrays.asList(options));
    Issued server =
        TestPki.server("upstream.test").ip("127.0.0.1").issuer(UPSTREAMS).issue();
    return OpensslServer.start(folder, server, all.toArray(String[]::new));
  }

  private static ClientIdentity identity(String who) {
    Instant now = Instant.now();
    TestPki.Request request = TestPki.server(who).purposes(TestPki.CLIENT_AUTH).issuer(CLIENTS);
    return switch (who) {
      case "none" -> ClientIdentity.NONE;
      case "good" -> ClientIdentity.of(request.issue().material());
      case "rsa" -> ClientIdentity.of(request.keys(TestPki.rsa()).issue().material());
      case "nested" -> {
        Issued middle = TestPki.authority("Client Issuing CA").issuer(CLIENTS).issue();
        yield ClientIdentity.of(request.issuer(middle).issue().material());
      }
      case "expired" ->
        ClientIdentity.of(request
            .validFrom(now.minus(Duration.ofDays(9)))
            .validUntil(now.minusSeconds(1))
            .issue()
            .material());
      case "stranger" ->
        ClientIdentity.of(request.issuer(TestPki.ca("Another CA")).issue().material());
      case "server" ->
        ClientIdentity.of(TestPki.server(who)
            .purposes(TestPki.SERVER_AUTH)
            .issuer(CLIENTS)
            .issue()
            .material());
      default -> throw new IllegalArgumentException(who);
    };
  }

  @ParameterizedTest
  @CsvSource({"good, -tls1_2", "good, -tls1_3", "rsa, -tls1_2", "rsa, -tls1_3", "nested, -tls1_3"})
  void isShownToAnUpstreamThatAsks(String who, String version) throws IOException {
    try (OpensslServer upstream = upstream(version)) {
      Reply reply = get(policy(identity(who)), new HostPort("127.0.0.1", upstream.port()));
      assertThat(reply.status()).isEqualTo(200);
      assertThat(reply.bodyText()).contains("Client certificate").containsPattern("CN ?= ?" + who);
    }
  }

  @ParameterizedTest
  @CsvSource({"good, -tls1_2, CN=good", "good, -tls1_3, CN=good", "none, -tls1_3, ''"})
  void isToldOfEachExchange(String who, String version, String told) throws Exception {
    BlockingQueue<TlsLeg> legs = new LinkedBlockingQueue<>();
    DataPlaneObserver observer = new DataPlaneObserver() {
      @Override
      public void exchangeEnded(ExchangeRecord exchange) {
        legs.add(exchange.connection().tls());
      }
    };
    Issued server =
        TestPki.server("upstream.test").ip("127.0.0.1").issuer(UPSTREAMS).issue();
    try (OpensslServer upstream =
            OpensslServer.start(folder, server, version, "-verify", "4", "-verify_quiet");
        DataPlane proxy = DataPlane.start(
            new ProxySetup()
                .identity("front", "a.test")
                .reencrypt("a.test", "origin")
                .upstream(
                    "origin", policy(identity(who)), new HostPort("127.0.0.1", upstream.port()))
                .config(),
            observer)) {
      for (int i = 0; i < 3; i++) {
        try (RawClient client = ProxyFixture.hello("a.test")
            .withApplicationProtocols("http/1.1")
            .connect(Objects.requireNonNull(proxy.addresses().get("https")).getFirst())) {
          client.exchange("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n");
        }
        TlsLeg leg = Objects.requireNonNull(legs.poll(10, TimeUnit.SECONDS));
        assertThat(leg.clientIdentity()).as("exchange %d, %s", i, leg).isEqualTo(told);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "none, -tls1_2, client_certificate_required, handshake_failure",
    "none, -tls1_3, client_certificate_required, certificate_required",
    "expired, -tls1_2, client_certificate_refused, certificate_expired",
    "expired, -tls1_3, client_certificate_refused, certificate_expired",
    "stranger, -tls1_2, client_certificate_refused, unknown_ca",
    "stranger, -tls1_3, client_certificate_refused, unknown_ca",
    "server, -tls1_2, client_certificate_refused, unsupported_certificate",
    "server, -tls1_3, client_certificate_refused, unsupported_certificate",
  })
  void isNamedWhereTheUpstreamRefusesIt(String who, String version, String reason, String alert)
      throws IOException {
    try (OpensslServer upstream = upstream(version)) {
      Reply reply = get(policy(identity(who)), new HostPort("127.0.0.1", upstream.port()));
      assertThat(reply.status()).isEqualTo(502);
      assertThat(reply.fields().first("proxy-status"))
          .contains("error=tls_alert_received")
          .contains(reason + ": ")
          .contains("alert " + alert);
    }
  }

  @Test
  void saysThatTheUpstreamTakesAnotherKindOfKey() throws IOException {
    try (OpensslServer upstream = upstream("-tls1_2", "-client_sigalgs", "RSA+SHA256")) {
      Reply reply = get(policy(identity("good")), new HostPort("127.0.0.1", upstream.port()));
      assertThat(reply.fields().first("proxy-status"))
          .contains("client_certificate_required")
          .contains("another kind of key")
          .contains("(EC)");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "listed-elsewhere, TLSv1.2, 200, ''",
    "listed-elsewhere, TLSv1.3, 200, ''",
    "revoked, TLSv1.2, 502, revoked",
    "revoked, TLSv1.3, 502, revoked",
    "stale, TLSv1.2, 502, crl_expired",
    "stale, TLSv1.3, 502, crl_expired",
    "early, TLSv1.3, 502, crl_not_yet_valid",
    "missing, TLSv1.3, 502, crl_missing",
    "forged, TLSv1.3, 502, crl_unusable",
  })
  void believesAnUpstreamByItsCrl(String which, String version, int status, String reason)
      throws IOException {
    Issued server =
        TestPki.server("upstream.test").ip("127.0.0.1").issuer(UPSTREAMS).issue();
    try (RecordingOrigin origin =
        RecordingOrigin.tls(server.material()).withVersions(version).start()) {
      Reply reply = get(policy(ClientIdentity.NONE, list(which, server)), origin.endpoint());
      assertThat(reply.status()).isEqualTo(status);
      if (status == 502) {
        assertThat(reply.fields().first("proxy-status"))
            .contains("error=tls_certificate_error")
            .contains(reason + ": ");
        assertThat(origin.requests()).isEmpty();
        assertThat(origin.receivedBytes()).isZero();
      }
    }
  }

  private static RevocationList list(String which, Issued server) {
    Instant now = Instant.now();
    TestCrl crl = TestCrl.of(UPSTREAMS);
    return switch (which) {
      case "listed-elsewhere" ->
        crl.revoke(TestPki.server("b").issuer(UPSTREAMS).issue()).list();
      case "revoked" -> crl.revoke(server).list();
      case "stale" -> crl.until(now.minusSeconds(1)).list();
      case "early" -> crl.from(now.plusSeconds(3_600)).list();
      case "missing" -> TestCrl.of(TestPki.ca("Another CA")).list();
      case "forged" -> crl.signedBy(TestPki.ca("Another CA")).list();
      default -> throw new IllegalArgumentException(which);
    };
  }
}
