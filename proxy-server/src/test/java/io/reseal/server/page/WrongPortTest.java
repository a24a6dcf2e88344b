package io.reseal.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.server.kit.Nginx;
import io.reseal.server.kit.Observed;
import io.reseal.server.kit.Shell;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.ProxyFixture;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.Reply;
import io.reseal.testkit.TestPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS where cleartext is meant, and the other way round, with the servers that people have. */
final class WrongPortTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n";

  @TempDir
  private Path folder = Path.of("");

  @BeforeEach
  void writeCertificates() throws IOException {
    TestPki.server("a.test").issuer(Certificates.FRONT.authority()).issue().write(folder, "front");
    TestPki.server("upstream.test")
        .issuer(Certificates.DESTINATION.authority())
        .issue()
        .write(folder, "upstream");
    Files.writeString(
        folder.resolve("destination-ca.pem"), TestPki.pem(Certificates.DESTINATION.certificate()));
  }

  private Observed proxy(String action, int port) throws IOException {
    return Observed.start(
        folder,
        """
        listeners: [{name: https, address: "127.0.0.1:0", tls: {}}]
        identities: {front: {certificate: front.crt, key: front.key}}
        routes: [{name: shop, host: a.test, ACTION: shop}]
        admin: {address: "127.0.0.1:0", statusAddress: off}
        upstreams:
          shop:
            endpoints: "127.0.0.1:PORT"
        """.replace("ACTION", action).replace("PORT", Integer.toString(port))
            + (action.equals("offload")
                ? ""
                : "    tls: {destinationCA: destination-ca.pem, serverName: upstream.test}\n"));
  }

  private static Reply get(Observed proxy) throws IOException {
    try (RawClient client = ProxyFixture.hello("a.test").connect(proxy.listener("https"))) {
      return client.exchange(GET);
    }
  }

  private static void requireTlsNamed(Observed proxy) throws IOException {
    Reply reply = get(proxy);
    assertThat(reply.status()).isEqualTo(502);
    assertThat(reply.fields().first("proxy-status"))
        .contains("error=tls_protocol_error", "tls_on_cleartext_port");
    assertThat(reply.bodyText()).contains("Use reencrypt in place of offload");
    assertThat(proxy.log())
        .singleElement()
        .satisfies(
            line -> assertThat(line).contains("tls_on_cleartext_port", "that port speaks TLS"));
    assertThat(proxy
            .scrape()
            .sum("reseal_upstream_tls_verdicts_total", "reason=\"tls_on_cleartext_port\""))
        .isEqualTo(1);
  }

  @Test
  void namesNginxThatGetsCleartextOnItsTlsPort() throws Exception {
    Shell.require("nginx");
    try (Nginx nginx = Nginx.start(folder, """
            server { listen 127.0.0.1:PORT ssl; ssl_certificate DIR/upstream.crt;
              ssl_certificate_key DIR/upstream.key; location / { return 200 "ok"; } }
            """)) {
      try (Observed proxy = proxy("offload", nginx.port())) {
        requireTlsNamed(proxy);
      }
      // By the advice.
      try (Observed proxy = proxy("reencrypt", nginx.port())) {
        assertThat(get(proxy).bodyText()).isEqualTo("ok");
      }
    }
  }

  @Test
  void namesNginxThatGetsTlsOnItsCleartextPort() throws Exception {
    Shell.require("nginx");
    try (Nginx nginx = Nginx.start(folder, """
            server { listen 127.0.0.1:PORT; location / { return 200 "ok"; } }
            """)) {
      try (Observed proxy = proxy("reencrypt", nginx.port())) {
        Reply reply = get(proxy);
        assertThat(reply.fields().first("proxy-status")).contains("plaintext_on_tls_port");
        assertThat(reply.bodyText())
            .contains(
                "does not speak TLS: its first bytes are no TLS record", "use an offload route");
      }
      try (Observed proxy = proxy("offload", nginx.port())) {
        assertThat(get(proxy).bodyText()).isEqualTo("ok");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n",
        "HTTP/1.1 400 Bad Request\r\nContent-Length: 64\r\nConnection: close\r\n\r\n"
            + "Reason: You're speaking plain HTTP to an SSL-enabled server port",
        "HTTP/1.1 400 \r\nTransfer-Encoding: chunked\r\n\r\n"
            + "2e\r\nThis combination of host and port requires TLS\r\n0\r\n\r\n"
      })
  void namesWhatOtherServersSay(String answer) throws Exception {
    RecordingOrigin.Options cleartext = RecordingOrigin.cleartext().withScript(connection -> {
      connection.reader().readHead();
      connection.send(answer);
    });
    try (RecordingOrigin origin = cleartext.start();
        Observed proxy = proxy("offload", origin.port())) {
      requireTlsNamed(proxy);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 400 Bad Request\r\nContent-Length: 5\r\nX-Own: 1\r\n\r\nwrong",
        "HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nwrong\r\n0\r\n\r\n",
        "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nwrong"
      })
  void passesOtherBadRequestsOn(String answer) throws Exception {
    RecordingOrigin.Options cleartext = RecordingOrigin.cleartext().withScript(connection -> {
      connection.reader().readHead();
      connection.send(answer);
    });
    try (RecordingOrigin origin = cleartext.start();
        Observed proxy = proxy("offload", origin.port())) {
      Reply reply = get(proxy);
      assertThat(reply.status()).isEqualTo(400);
      assertThat(reply.isComplete()).isTrue();
      assertThat(reply.bodyText()).isEqualTo(answer.contains("wrong") ? "wrong" : "");
      assertThat(reply.fields().first("proxy-status")).isEmpty();
    }
  }

  @Test
  void givesAHintWhereATlsServerHangsUp() throws Exception {
    RecordingOrigin.Options silent = RecordingOrigin.cleartext().withScript(connection -> {
      connection.reader().readHead();
      connection.close();
    });
    try (RecordingOrigin origin = silent.start();
        Observed proxy = proxy("offload", origin.port())) {
      assertThat(get(proxy).bodyText())
          .contains("closed_before_response", "use reencrypt in place of offload");
    }
  }
}
