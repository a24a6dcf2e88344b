package io.reseal.server.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reseal.server.kit.Nginx;
import io.reseal.server.kit.Observed;
import io.reseal.server.kit.Shell;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.Reply;
import io.reseal.testkit.TestPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * An nginx that wants a client certificate: it lets the handshake pass without one, and then answers
 * 400 to every request.
 */
final class CertificateWantedTest {
  private static final String GET = "GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n";
  private static final String SAID =
      "the upstream asked for a client certificate and got none, because none is configured; it"
          + " answered 400";

  @TempDir
  private Path folder = Path.of("");

  @BeforeEach
  void writeCertificates() throws IOException {
    TestPki.server("upstream.test")
        .issuer(Certificates.DESTINATION.authority())
        .issue()
        .write(folder, "upstream");
    TestPki.client("reseal").issuer(Certificates.FRONT.authority()).issue().write(folder, "client");
    Files.writeString(
        folder.resolve("destination-ca.pem"), TestPki.pem(Certificates.DESTINATION.certificate()));
    Files.writeString(
        folder.resolve("clients-ca.pem"), TestPki.pem(Certificates.FRONT.certificate()));
  }

  private Nginx nginx(String verify, String version, String answer) throws IOException {
    return Nginx.start(
        folder,
        """
        server { listen 127.0.0.1:PORT ssl; ssl_certificate DIR/upstream.crt;
          ssl_certificate_key DIR/upstream.key; ssl_protocols VERSION;
          ssl_client_certificate DIR/clients-ca.pem; ssl_verify_client VERIFY;
          ssl_session_cache builtin;
          location / { return ANSWER; } }
        """.replace("VERIFY", verify).replace("VERSION", version).replace("ANSWER", answer));
  }

  private Observed proxy(int port, String clientIdentity) throws IOException {
    return Observed.start(
        folder, """
        listeners: [{name: http, address: "127.0.0.1:0"}]
        routes: [{name: shop, host: a.test, reencrypt: shop}]
        admin: {address: "127.0.0.1:0", statusAddress: off}
        accessLog: {output: access.log}
        runtime: {eventLoops: 1}
        upstreams:
          shop:
            endpoints: "127.0.0.1:PORT"
            tls: {destinationCA: destination-ca.pem, serverName: upstream.test IDENTITY}
        """.replace("PORT", Integer.toString(port)).replace("IDENTITY", clientIdentity));
  }

  private static Reply get(Observed proxy) throws IOException {
    try (RawClient client = RawClient.plain(proxy.listener("http"))) {
      return client.exchange(GET);
    }
  }

  private String accessLine(int index) throws IOException {
    Path log = folder.resolve("access.log");
    await().until(() -> Files.exists(log) && Files.readAllLines(log).size() > index);
    return Files.readAllLines(log).get(index);
  }

  @ParameterizedTest
  @CsvSource({"TLSv1.2", "TLSv1.3"})
  void suspectsTheMissingCertificate(String version) throws Exception {
    Shell.require("nginx");
    try (Nginx nginx = nginx("on", version, "200 \"ok\"")) {
      try (Observed proxy = proxy(nginx.port(), "")) {
        Reply reply = get(proxy);
        // The upstream's own answer, untouched.
        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.bodyText()).contains("No required SSL certificate was sent");
        assertThat(reply.fields().has("proxy-status")).isFalse();
        await().until(() -> proxy.log().size() == 1);
        assertThat(proxy.log().getFirst())
            .startsWith("suspected id=")
            .contains(
                "route=\"shop\"",
                "request=\"a.test/x\"",
                SAID,
                "tls.clientIdentity",
                ": client_certificate_required: ");
        assertThat(accessLine(0)).contains("\"hint\":\"client_certificate_required\"");
        assertThat(proxy.page("/diagnostics"))
            .contains("client_certificate_required", "tls.clientIdentity", "it answered 400")
            .containsPattern("\"status\": 400,");
        // Another connection resumes the session, in which nobody is asked once more.
        assertThat(get(proxy).status()).isEqualTo(400);
        await().until(() -> proxy.log().size() == 2);
        assertThat(proxy.log().getLast()).contains(SAID);
        assertThat(accessLine(1)).contains("\"resumed\":true", "\"hint\"");
      }
      // By the advice.
      try (Observed proxy =
          proxy(nginx.port(), ", clientIdentity: {certificate: client.crt, key: client.key}")) {
        assertThat(get(proxy).bodyText()).isEqualTo("ok");
        assertThat(proxy.log()).isEmpty();
      }
    }
  }

  @Test
  void suspectsNothingWhereNobodyAskedOrTheAnswerIsAnother() throws Exception {
    Shell.require("nginx");
    try (Nginx nginx = nginx("off", "TLSv1.3", "400 \"own\"");
        Observed proxy = proxy(nginx.port(), "")) {
      assertThat(get(proxy).bodyText()).isEqualTo("own");
      assertThat(accessLine(0)).contains("\"status\":400").doesNotContain("hint");
      assertThat(proxy.log()).isEmpty();
    }
    Files.delete(folder.resolve("access.log"));
    try (Nginx nginx = nginx("optional", "TLSv1.3", "404 \"none\"");
        Observed proxy = proxy(nginx.port(), "")) {
      assertThat(get(proxy).bodyText()).isEqualTo("none");
      assertThat(accessLine(0)).contains("\"status\":404").doesNotContain("hint");
      assertThat(proxy.log()).isEmpty();
    }
  }
}
