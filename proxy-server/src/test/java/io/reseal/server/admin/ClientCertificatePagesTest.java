package io.reseal.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.ClientAuth;
import io.reseal.config.ClientAuth.ForwardedFields;
import io.reseal.config.ClientAuth.Mode;
import io.reseal.config.ClientIdentity;
import io.reseal.config.KeyPairMaterial;
import io.reseal.config.RevocationList;
import io.reseal.config.ServerIdentity;
import io.reseal.config.TlsVersions;
import io.reseal.config.TracingSettings;
import io.reseal.config.TrustAnchors;
import io.reseal.config.UpstreamTls;
import io.reseal.server.kit.Json;
import io.reseal.server.kit.Scrape;
import io.reseal.server.kit.Watched;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.TestCrl;
import io.reseal.testkit.TestPki;
import io.reseal.testkit.TestPki.Issued;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Client certificates on the pages and among the metrics. */
final class ClientCertificatePagesTest {
  private static final Issued CLIENTS = TestPki.ca("Client CA");
  private static final KeyPairMaterial SHOWN =
      TestPki.server("reseal").issuer(CLIENTS).issue().material();
  private static final RevocationList OF_CLIENTS =
      TestCrl.of(CLIENTS).revoke(CLIENTS).list();
  private static final RevocationList OF_UPSTREAMS =
      TestCrl.of(Certificates.DESTINATION.authority()).list();

  @SuppressWarnings("NullAway.Init") // made before each test of the class
  private static Watched proxy;

  @BeforeAll
  static void start() throws IOException {
    ClientAuth clients = new ClientAuth.Asked(
        Mode.REQUIRED,
        List.of(CLIENTS.certificate()),
        "clients.pem",
        List.of(OF_CLIENTS),
        List.of(ForwardedFields.X_SSL_CLIENT));
    UpstreamTls plain = ProxySetup.verified();
    UpstreamTls tls = new UpstreamTls(
        plain.trustAnchors(),
        plain.serverName(),
        plain.acceptedNames(),
        plain.commonNameFallback(),
        TlsVersions.MODERN,
        List.of(OF_UPSTREAMS),
        ClientIdentity.of(SHOWN));
    proxy = Watched.start(setup -> setup
        .identity(new ServerIdentity(
            "partners",
            List.of("b2b.test"),
            List.of(Certificates.FRONT.issue("b2b.test")),
            clients))
        .tracing(new TracingSettings(
            TracingSettings.RequestId.PASS,
            TracingSettings.Traceparent.PASS,
            new TracingSettings.Export.Off(),
            List.of(),
            new TrustAnchors.DestinationCa(
                List.of(Certificates.DESTINATION.certificate()), "collector.pem"),
            1,
            4_096))
        .upstream("known", tls, new io.reseal.config.HostPort("127.0.0.1", 1))
        .reencrypt("b2b.test", "known"));
  }

  @AfterAll
  static void stop() {
    proxy.close();
  }

  @Test
  void standInTheConfigurationWithoutSecrets() throws IOException {
    String page = proxy.page("/config");
    Json config = Json.parse(page);
    Json asked = config.object("identities", "name", "partners").object("clientAuth");
    assertThat(asked.get("mode")).isEqualTo("required");
    assertThat(asked.get("ca")).isEqualTo("clients.pem");
    assertThat(asked.get("crl")).isEqualTo(List.of("test.crl"));
    assertThat(asked.get("forward")).isEqualTo(List.of("x-ssl-client"));
    Json tls = config.object("upstreams", "name", "known").object("tls");
    assertThat(tls.get("crl")).isEqualTo(List.of("test.crl"));
    assertThat(tls.object("clientIdentity").get("certificate")).isEqualTo("test");
    byte[] key = SHOWN.privateKey().getEncoded();
    assertThat(page)
        .doesNotContain(Base64.getEncoder().encodeToString(key).substring(0, 20))
        .doesNotContainIgnoringCase("private");
  }

  @Test
  void standAmongTheCertificates() throws IOException {
    Json page = Json.parse(proxy.page("/certificates"));
    Json authority = page.object("clientCAs", "identity", "partners");
    assertThat(authority.get("subject")).isEqualTo("CN=Client CA");
    assertThat(authority.get("source")).isEqualTo("clients.pem");
    Json shown = page.object("clientIdentities", "upstream", "known");
    assertThat(shown.get("subject")).isEqualTo("CN=reseal");
    Json list = page.object("revocationLists", "issuer", "CN=Client CA");
    assertThat(list.get("identity")).isEqualTo("partners");
    assertThat(list.number("revoked")).isEqualTo(1);
    assertThat(list.number("daysLeft")).isEqualTo(6);
    assertThat(page.object("revocationLists", "issuer", "CN=Destination CA").get("upstream"))
        .isEqualTo("known");
  }

  @Test
  void areMeasuredByTheirEnd() throws IOException {
    Scrape scrape = proxy.scrape();
    String name = "reseal_certificate_not_after_timestamp_seconds";
    assertThat(scrape.sum(name, "kind=\"client_ca\"", "name=\"partners\""))
        .isEqualTo(CLIENTS.certificate().getNotAfter().getTime() / 1_000.0);
    assertThat(scrape.sum(name, "kind=\"client_identity\"", "name=\"known\""))
        .isEqualTo(SHOWN.leaf().getNotAfter().getTime() / 1_000.0);
    assertThat(scrape.sum(name, "kind=\"client_crl\"", "name=\"partners\""))
        .isEqualTo(OF_CLIENTS.list().getNextUpdate().getTime() / 1_000.0);
    assertThat(scrape.sum(name, "kind=\"upstream_crl\"", "name=\"known\""))
        .isEqualTo(OF_UPSTREAMS.list().getNextUpdate().getTime() / 1_000.0);
  }

  @Test
  void standBesideTheCaOfTheCollector() throws IOException {
    Json page = Json.parse(proxy.page("/certificates"));
    assertThat(page.object("collectorCAs", "source", "collector.pem").get("subject"))
        .isEqualTo("CN=Destination CA");
    assertThat(proxy
            .scrape()
            .sum("reseal_certificate_not_after_timestamp_seconds", "kind=\"collector_ca\""))
        .isEqualTo(Certificates.DESTINATION.certificate().getNotAfter().getTime() / 1_000.0);
  }

  @Test
  void areCountedAndToldWhereAClientHasNone() throws IOException {
    try (RawClient client = proxy.client("b2b.test")) {
      // Over TLS 1.3 the client learns of it only after its own end of the handshake.
      client.sendDespiteClose("GET / HTTP/1.1\r\nHost: b2b.test\r\n\r\n");
      assertThat(client.readToEnd().bytes()).isEmpty();
    } catch (SSLException refused) {
      assertThat(refused).hasMessageContaining("certificate_required");
    }
    org.awaitility.Awaitility.await()
        .until(() -> proxy.page("/diagnostics").contains("no_certificate"));
    assertThat(proxy
            .scrape()
            .sum("reseal_downstream_connections_refused_total", "reason=\"no_certificate\""))
        .isEqualTo(1);
  }
}
