package io.reseal.server.seeds;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.server.kit.Nginx;
import io.reseal.server.kit.Proxy;
import io.reseal.server.kit.Shell;
import io.reseal.testkit.JdkTls;
import io.reseal.testkit.TestPki;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * An unprivileged nginx that ends TLS itself, with a full-chain certificate and a server_name, as
 * upstream: re-encrypted to with its CA as destinationCA, and passed through to.
 */
final class Seed000Test {
  private static final String APP = "app.seed.test";
  private static final String THROUGH = "through.seed.test";

  @TempDir
  private static Path folder = Path.of("");

  private static TestPki.Issued front = TestPki.ca("Front CA");
  private static TestPki.Issued root = TestPki.ca("Root CA");
  private static Nginx nginx;
  private static Proxy proxy;

  @BeforeAll
  static void start() throws Exception {
    Shell.require("nginx", "curl", "openssl");
    TestPki.Issued intermediate = TestPki.authority("Issuing CA").issuer(root).issue();
    TestPki.Issued leaf =
        TestPki.server(APP, THROUGH).keys(TestPki.rsa()).issuer(intermediate).issue();
    Files.writeString(folder.resolve("tls.crt"), leaf.chainPem() + TestPki.pem(root.certificate()));
    Files.writeString(folder.resolve("tls.key"), leaf.keyPem());
    Files.writeString(folder.resolve("root.pem"), TestPki.pem(root.certificate()));
    Files.writeString(folder.resolve("front-ca.pem"), TestPki.pem(front.certificate()));
    TestPki.server(APP).issuer(front).issue().write(folder, "front");
    nginx = Nginx.start(folder, """
        server {
          listen 127.0.0.1:PORT ssl default_server;
          server_name _;
          ssl_certificate DIR/tls.crt;
          ssl_certificate_key DIR/tls.key;
          location / { return 421 "no such server name\\n"; }
        }
        server {
          listen 127.0.0.1:PORT ssl http2;
          server_name app.seed.test through.seed.test;
          ssl_certificate DIR/tls.crt;
          ssl_certificate_key DIR/tls.key;
          location / {
            add_header x-seen-sni $ssl_server_name;
            return 200 "host $host, for $http_x_forwarded_for, $server_protocol\\n";
          }
        }
        """);
    proxy = Proxy.start(
        folder, """
        listeners:
          - { name: web, address: "127.0.0.1:0", tls: {} }
        identities:
          front: { certificate: front.crt, key: front.key }
        routes:
          - { host: app.seed.test, reencrypt: nginx }
          - { host: through.seed.test, passthrough: nginx }
        upstreams:
          nginx:
            endpoints: ["127.0.0.1:%d"]
            tls:
              serverNameFrom: request
              destinationCA: |
        %s
        """.formatted(nginx.port(), TestPki.pem(root.certificate()).indent(8)));
  }

  @AfterAll
  static void stop() {
    if (proxy != null) {
      proxy.close();
    }
    if (nginx != null) {
      nginx.close();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "app.seed.test, front-ca.pem, --http1.1, HTTP/1.1 200, HTTP/1.1",
    "app.seed.test, front-ca.pem, --http2, HTTP/2 200, HTTP/1.1",
    "through.seed.test, root.pem, --http1.1, HTTP/1.1 200, HTTP/1.1",
    "through.seed.test, root.pem, --http2, HTTP/2 200, HTTP/2.0"
  })
  void servesCurl(String host, String ca, String version, String status, String upstreamVersion)
      throws Exception {
    String output = new Shell(folder)
        .run("curl -sS -i %s --cacert %s --resolve %s:%d:127.0.0.1 https://%s:%d/"
            .formatted(version, ca, host, proxy.port("web"), host, proxy.port("web")))
        .requireSuccess();
    assertThat(output).startsWith(status);
    assertThat(output).contains("x-seen-sni: " + host, "host " + host, upstreamVersion);
    assertThat(output).contains(host.equals(APP) ? "for 127.0.0.1," : "for ,");
  }

  @ParameterizedTest
  @CsvSource({"app.seed.test, front-ca.pem", "through.seed.test, root.pem"})
  void servesOpenssl(String host, String ca) throws Exception {
    String output = new Shell(folder)
        .run("printf 'GET / HTTP/1.1\\r\\nHost: %s\\r\\nConnection: close\\r\\n\\r\\n'"
                .formatted(host)
            + " | openssl s_client -quiet -ign_eof -connect 127.0.0.1:%d -servername %s"
                .formatted(proxy.port("web"), host)
            + " -verify_hostname %s -verify_return_error -CAfile %s".formatted(host, ca))
        .output();
    assertThat(output).contains("HTTP/1.1 200 OK", "host " + host);
  }

  @ParameterizedTest
  @CsvSource({
    "app.seed.test, HTTP_1_1",
    "app.seed.test, HTTP_2",
    "through.seed.test, HTTP_1_1",
    "through.seed.test, HTTP_2"
  })
  void servesTheJdksClient(String host, HttpClient.Version version) throws Exception {
    TestPki.Issued ca = host.equals(APP) ? front : root;
    try (HttpClient client = HttpClient.newBuilder()
        .version(version)
        .sslContext(JdkTls.clientContext(ca.certificate()))
        .connectTimeout(Duration.ofSeconds(10))
        .build()) {
      HttpResponse<String> response = client.send(
          HttpRequest.newBuilder(URI.create("https://" + host + ":" + proxy.port("web") + "/"))
              .timeout(Duration.ofSeconds(10))
              .build(),
          HttpResponse.BodyHandlers.ofString());
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.version()).isEqualTo(version);
      assertThat(response.body()).startsWith("host " + host);
    }
  }

  @Test
  void refusesTheSameUpstreamUnderAnotherCa() throws Exception {
    try (Proxy other = Proxy.start(folder, """
        listeners:
          - { name: web, address: "127.0.0.1:0", tls: {} }
        identities:
          front: { certificate: front.crt, key: front.key }
        routes:
          - { host: app.seed.test, reencrypt: nginx }
        upstreams:
          nginx:
            endpoints: ["127.0.0.1:%d"]
            tls: { serverNameFrom: request, destinationCA: front-ca.pem }
        """.formatted(nginx.port()))) {
      int port = other.port("web");
      String output = new Shell(folder)
          .run("curl -sS -i --cacert front-ca.pem --resolve app.seed.test:%d:127.0.0.1"
                  .formatted(port)
              + " https://app.seed.test:%d/".formatted(port))
          .requireSuccess();
      assertThat(output)
          .startsWith("HTTP/2 502")
          .contains("error=tls_certificate_error", "unknown_issuer", "Front CA", "Root CA");
    }
  }
}
