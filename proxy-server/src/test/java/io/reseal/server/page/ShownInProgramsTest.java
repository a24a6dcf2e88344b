package io.reseal.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.server.kit.Observed;
import io.reseal.server.kit.Shell;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.TestPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An error as curl and OpenSSL show it, to those who may know and to those who may not. */
final class ShownInProgramsTest {
  @TempDir
  private Path folder = Path.of("");

  private Observed proxy(RecordingOrigin origin, String trusted) throws IOException {
    TestPki.server("a.test").issuer(Certificates.FRONT.authority()).issue().write(folder, "front");
    Files.writeString(
        folder.resolve("destination-ca.pem"), TestPki.pem(Certificates.DESTINATION.certificate()));
    return Observed.start(
        folder, """
        listeners:
          - {name: https, address: "127.0.0.1:0", tls: {}}
          - {name: http, address: "127.0.0.1:0"}
        identities: {front: {certificate: front.crt, key: front.key}}
        routes: [{name: shop, host: a.test, reencrypt: shop}]
        admin: {address: "127.0.0.1:0", statusAddress: off}
        diagnostics: {trustedNetworks: TRUSTED}
        upstreams:
          shop:
            endpoints: "127.0.0.1:PORT"
            tls: {destinationCA: destination-ca.pem, serverName: upstream.test}
        """.replace("PORT", Integer.toString(origin.port())).replace("TRUSTED", trusted));
  }

  private static RecordingOrigin impostor() throws IOException {
    return RecordingOrigin.tls(TestPki.server("upstream.test")
            .issuer(TestPki.ca("Evil CA"))
            .issue()
            .material())
        .start();
  }

  private String curl(Observed proxy, String options) throws Exception {
    int port = proxy.listener("https").getPort();
    return new Shell(folder)
        .run("curl -ksi --resolve a.test:" + port + ":127.0.0.1 " + options + " https://a.test:"
            + port + "/cart")
        .requireSuccess();
  }

  @ParameterizedTest
  @ValueSource(strings = {"--http1.1", "--http2"})
  void tellsCurlEverythingOnATrustedNetwork(String version) throws Exception {
    Shell.require("curl");
    try (RecordingOrigin origin = impostor();
        Observed proxy = proxy(origin, "127.0.0.0/8")) {
      assertThat(curl(proxy, version))
          .contains(" 502", "proxy-status: reseal; error=tls_certificate_error; details=\"unknown_")
          .contains("content-type: text/plain", "reason: unknown_issuer", "CN=Evil CA")
          .contains("advice: Put the certificate of that issuer");
      assertThat(curl(proxy, version + " -H 'Accept: text/html;q=0.1, application/json'"))
          .contains("content-type: application/problem+json", "\"reason\":\"unknown_issuer\"");
      assertThat(curl(proxy, version + " -H 'Accept: text/html'"))
          .contains("content-type: text/html", "content-security-policy: default-src 'none'")
          .contains("<h2>What mends it</h2>");
      assertThat(origin.receivedBytes()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "text/html", "application/json"})
  void tellsCurlTheTypeAndTheIdElsewhere(String accept) throws Exception {
    Shell.require("curl");
    try (RecordingOrigin origin = impostor();
        Observed proxy = proxy(origin, "[10.0.0.0/8]")) {
      String shown = curl(proxy, "-H 'Accept: " + accept + "'");
      assertThat(shown)
          .contains(" 502", "tls_certificate_error")
          .doesNotContain("unknown_issuer", "Evil", "Destination", "127.0.0.1:", "destinationCA");
      String id = shown.replaceAll("(?s).*details=\"id ([0-9a-f]{16})\".*", "$1");
      assertThat(proxy.log())
          .singleElement()
          .satisfies(line -> assertThat(line)
              .contains("id=" + id, "unknown_issuer", "CN=Evil CA", "Put the certificate"));
    }
  }

  @Test
  void tellsPlainHttpOnTheTlsListenerWhatToDo() throws Exception {
    Shell.require("curl", "openssl");
    try (RecordingOrigin origin = impostor();
        Observed proxy = proxy(origin, "127.0.0.0/8")) {
      String shown = new Shell(folder)
          .run("head -c 200000 /dev/zero | curl -si --data-binary @- http://127.0.0.1:"
              + proxy.listener("https").getPort() + "/")
          .output();
      assertThat(shown)
          .contains("HTTP/1.1 400", "details=\"plaintext_on_tls_port\"", "Use https://");
      String tls = new Shell(folder)
          .run("openssl s_client -connect 127.0.0.1:" + proxy.listener("http").getPort()
              + " -servername a.test")
          .output();
      assertThat(tls).contains("wrong version number");
    }
  }

  @Test
  void tellsOpensslThatANameIsUnknown() throws Exception {
    Shell.require("openssl");
    try (RecordingOrigin origin = impostor();
        Observed proxy = proxy(origin, "127.0.0.0/8")) {
      String shown = new Shell(folder)
          .run("openssl s_client -connect 127.0.0.1:" + proxy.listener("https").getPort()
              + " -servername nobody.test")
          .output();
      assertThat(shown).contains("unrecognized name");
      assertThat(proxy.log())
          .singleElement()
          .satisfies(line -> assertThat(line)
              .contains("unknown_server_name", "nobody.test", "Add the name to an identity"));
    }
  }
}
