package io.reseal.server.seeds;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.server.kit.Nginx;
import io.reseal.server.kit.Proxy;
import io.reseal.server.kit.Shell;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Certificates made by the openssl commands that tutorials give: RSA, the name only as common name,
 * serial number 0. They work where clients take them, and where they cannot work the error says why
 * and how to mend it.
 */
final class Seed003Test {
  private static final String HOST = "staging.mlops-playground.com";

  @TempDir
  private Path folder = Path.of("");

  @BeforeEach
  void makeCertificates() throws Exception {
    Shell.require("openssl", "curl", "nginx");
    Shell shell = new Shell(folder);
    shell
        .run("openssl req -x509 -sha256 -nodes -days 365 -newkey rsa:2048"
            + " -subj '/O=example Inc./CN=mlops-playground.com'"
            + " -keyout mlops-playground.com.key -out mlops-playground.com.crt")
        .requireSuccess();
    shell
        .run("openssl req -out staging.mlops-playground.com.csr -newkey rsa:2048 -nodes"
            + " -keyout staging.mlops-playground.com.key"
            + " -subj \"/CN=staging.mlops-playground.com/O=my organization\"")
        .requireSuccess();
    shell
        .run("openssl x509 -req -sha256 -days 365 -CA mlops-playground.com.crt"
            + " -CAkey mlops-playground.com.key -set_serial 0"
            + " -in staging.mlops-playground.com.csr -out staging.mlops-playground.com.crt")
        .requireSuccess();
  }

  private Nginx upstream(String certificate) throws IOException {
    return Nginx.start(folder, """
        server {
          listen 127.0.0.1:PORT ssl;
          server_name staging.mlops-playground.com;
          ssl_certificate DIR/CERT;
          ssl_certificate_key DIR/staging.mlops-playground.com.key;
          location / { return 200 "hello from $host over $ssl_protocol\\n"; }
        }
        """.replace("CERT", certificate));
  }

  private String yaml(int upstreamPort, String moreTls) {
    return """
        listeners:
          - { name: web, address: "127.0.0.1:0", tls: {} }
        identities:
          seed: { certificate: staging.mlops-playground.com.crt, key: staging.mlops-playground.com.key }
        routes:
          - { host: staging.mlops-playground.com, reencrypt: app }
        upstreams:
          app:
            endpoints: ["127.0.0.1:%d"]
            tls: { destinationCA: mlops-playground.com.crt, serverName: staging.mlops-playground.com%s }
        """.formatted(upstreamPort, moreTls);
  }

  private Shell.Result curl(Proxy proxy) throws IOException, InterruptedException {
    int port = proxy.port("web");
    return new Shell(folder)
        .run("curl -sS -i --http1.1 --cacert mlops-playground.com.crt --resolve %s:%d:127.0.0.1"
                .formatted(HOST, port)
            + " https://%s:%d/".formatted(HOST, port));
  }

  @Test
  void servesThemInFrontAndWarnsOfTheMissingName() throws Exception {
    try (Nginx nginx = upstream("staging.mlops-playground.com.crt");
        Proxy proxy = Proxy.start(folder, yaml(nginx.port(), ", commonNameFallback: true"))) {
      assertThat(curl(proxy).requireSuccess())
          .contains("HTTP/1.1 200 OK", "hello from " + HOST + " over TLSv1.2");
      assertThat(proxy.warnings())
          .anySatisfy(warning ->
              assertThat(warning).contains("common name").contains("subjectAltName=DNS:" + HOST));
      String seen = new Shell(folder)
          .run(
              "openssl s_client -connect 127.0.0.1:%d -servername %s -CAfile mlops-playground.com.crt"
                  .formatted(proxy.port("web"), HOST))
          .output();
      assertThat(seen).contains("Verify return code: 0 (ok)", "CN = " + HOST);
    }
  }

  @Test
  void explainsAnUpstreamThatHasItsNameOnlyAsCommonName() throws Exception {
    try (Nginx nginx = upstream("staging.mlops-playground.com.crt");
        Proxy proxy = Proxy.start(folder, yaml(nginx.port(), ""))) {
      assertThat(curl(proxy).requireSuccess())
          .contains("HTTP/1.1 502 Bad Gateway")
          .contains(
              "proxy-status: reseal; error=tls_certificate_error; details=\"common_name_only:")
          .contains("-addext \"subjectAltName=DNS:" + HOST + "\"")
          .contains("commonNameFallback: true");
      assertThat(proxy.failures())
          .singleElement()
          .asString()
          .contains("common_name_only")
          .contains("presented names:")
          .contains("accepted names: " + HOST)
          .contains("issuer: CN=mlops-playground.com,O=example Inc.")
          .contains("valid from:", "valid until:", "127.0.0.1:" + nginx.port());
    }
  }

  @Test
  void acceptsTheCertificateOnceTheAdviceWasFollowed() throws Exception {
    String advice;
    try (Nginx nginx = upstream("staging.mlops-playground.com.crt");
        Proxy proxy = Proxy.start(folder, yaml(nginx.port(), ""))) {
      String body = curl(proxy).requireSuccess();
      advice =
          body.substring(body.indexOf("openssl req -new"), body.indexOf(" (before OpenSSL 3", 1));
    }
    String pasted = advice
        .replace("key.pem", "staging.mlops-playground.com.key")
        .replace("ca.crt", "mlops-playground.com.crt")
        .replace("ca.key", "mlops-playground.com.key")
        .replace("-out cert.pem", "-out mended.crt");
    new Shell(folder).run(pasted).requireSuccess();
    try (Nginx nginx = upstream("mended.crt");
        Proxy proxy = Proxy.start(folder, yaml(nginx.port(), ""))) {
      assertThat(curl(proxy).requireSuccess()).contains("HTTP/1.1 200 OK", "hello from " + HOST);
    }
  }
}
