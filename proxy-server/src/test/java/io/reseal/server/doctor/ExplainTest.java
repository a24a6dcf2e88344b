package io.reseal.server.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reseal.config.read.ConfigReader;
import io.reseal.config.read.ConfigResult;
import io.reseal.core.snapshot.Snapshot;
import io.reseal.core.snapshot.SnapshotCompiler;
import io.reseal.server.kit.Proxy;
import io.reseal.server.kit.Shell;
import io.reseal.testkit.TestPki;
import io.reseal.testkit.TestPki.Issued;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What explain says becomes of a request, compared with what really becomes of it. */
final class ExplainTest {
  private static final Issued CA = TestPki.ca("Upstream CA");

  private static final String YAML = """
      listeners:
        - { name: web, address: "127.0.0.1:0", tls: {} }
        - { name: strict, address: "127.0.0.1:0", tls: { identities: [shop] } }
        - { name: plain, address: "127.0.0.1:0" }
      identities:
        shop: { certificate: shop.crt, key: shop.key }
        wild: { certificate: wild.crt, key: wild.key }
      routes:
        - { name: shop, host: shop.example, paths: [{ prefix: /cart }], reencrypt: app }
        - { name: exact, host: shop.example, paths: [{ exact: /cart }], offload: plain }
        - { name: wild, hosts: "*.wild.example", listeners: [web], redirect: { status: 302 } }
        - { name: pass, host: pass.example, passthrough: raw }
      upstreams:
        app:
          endpoints: ["127.0.0.1:%d"]
          tls: { destinationCA: ca.pem, serverName: app.example, acceptedNames: [app.example] }
        plain: { endpoints: ["127.0.0.1:9"] }
        raw: { endpoints: ["127.0.0.1:9"] }
      diagnostics: { trustedNetworks: ["10.0.0.0/8"] }
      """;

  @TempDir
  private Path folder = Path.of("");

  private Patient patient = new Patient(folder);

  @BeforeEach
  void admit() throws IOException {
    patient = new Patient(folder);
    patient.identity("shop", TestPki.server("shop.example").issue());
    patient.identity("wild", TestPki.server("*.wild.example").issue());
    patient.write("ca.pem", CA.chainPem());
  }

  private Explanation explain(String url, String serverName, String listener, String from)
      throws IOException {
    return explain(YAML.formatted(9), false, url, serverName, listener, from);
  }

  private Explanation explain(String url) throws IOException {
    return explain(url, "default", "", "127.0.0.1");
  }

  private Explanation explain(
      String yaml, boolean live, String url, String serverName, String listener, String from)
      throws IOException {
    ConfigResult result = ConfigReader.read(patient.write("reseal.yaml", yaml));
    assertThat(result).isInstanceOf(ConfigResult.Valid.class);
    Snapshot snapshot = SnapshotCompiler.compile(((ConfigResult.Valid) result).config());
    try {
      Optional<String> sni =
          serverName.equals("default") ? Optional.empty() : Optional.of(serverName);
      return Explainer.explain(
          snapshot, Question.of(url, sni, listener, InetAddress.ofLiteral(from)), live);
    } finally {
      snapshot.release();
    }
  }

  private static Object at(Explanation explanation, String... path) {
    Object value = explanation.facts();
    for (String key : path) {
      value = ((Map<?, ?>) value).get(key);
      assertThat(value).as(key + " in " + explanation.text()).isNotNull();
    }
    return value;
  }

  // ---- routes

  @Test
  void namesRouteUpstreamNamesAndTrust() throws IOException {
    Explanation explanation = explain("https://SHOP.example./x/%2e%2e/cart/items;v=1?q=1");
    assertThat(explanation.served()).isTrue();
    assertThat(explanation.exitCode()).isZero();
    assertThat(at(explanation, "listener", "name")).isEqualTo("web");
    assertThat(at(explanation, "listener", "alsoPossible").toString()).contains("strict");
    assertThat(at(explanation, "connection", "identity", "name")).isEqualTo("shop");
    assertThat(at(explanation, "connection", "identity", "because"))
        .isEqualTo("its server names cover shop.example");
    assertThat(at(explanation, "request", "path")).isEqualTo("/cart/items;v=1");
    assertThat(at(explanation, "request", "pathRouted")).isEqualTo("/cart/items");
    assertThat(at(explanation, "route", "name")).isEqualTo("shop");
    assertThat(at(explanation, "route", "host")).isEqualTo("shop.example");
    assertThat(at(explanation, "route", "path")).isEqualTo("prefix /cart");
    assertThat(at(explanation, "route", "action")).isEqualTo("reencrypt");
    assertThat(at(explanation, "upstream", "trust", "by")).isEqualTo("destinationCA");
    assertThat(explanation.text())
        .contains("server name sent: app.example", "accepted names: app.example");
  }

  @Test
  void tellsAnExactPathFromAPrefix() throws IOException {
    Explanation explanation = explain("https://shop.example/cart");
    assertThat(at(explanation, "route", "name")).isEqualTo("exact");
    assertThat(at(explanation, "route", "path")).isEqualTo("exact /cart");
    assertThat(at(explanation, "route", "action")).isEqualTo("offload");
    assertThat(at(explanation, "upstream", "connection")).isEqualTo("cleartext");
  }

  @Test
  void tellsWhereARedirectLeads() throws IOException {
    Explanation explanation = explain("https://a.wild.example/x?y");
    assertThat(at(explanation, "route", "host")).isEqualTo("*.wild.example");
    assertThat(at(explanation, "route", "location")).isEqualTo("https://a.wild.example/x?y");
    assertThat(at(explanation, "outcome", "result")).isEqualTo("302 redirect");
  }

  @Test
  void tellsThatAHostIsPassedThrough() throws IOException {
    Explanation explanation = explain("https://pass.example/");
    assertThat(at(explanation, "connection", "decision")).isEqualTo("passthrough");
    assertThat(at(explanation, "route", "name")).isEqualTo("pass");
    assertThat(explanation.served()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "https://shop.example/, default, 404 no_route, none for path /",
    "https://a.wild.example/, shop.example, 421 misdirected, another identity is for",
    "https://pass.example/, shop.example, 421 misdirected, is passed through",
    "https://nobody.example/, shop.example, 404 no_route, no route of the listener is for host",
    "https://nobody.example/, default, unknown_server_name, no defaultIdentity",
    "https://shop.example/, '', unknown_server_name, sends no server name",
    "https://shop.example/../x, default, 400 path, above its root",
    "https://shop.example/a%2Fb, default, 400 path, encoded slash",
    "http://shop.example/cart, default, forwarded, the configuration says so"
  })
  void saysWhatBecomesOfIt(String url, String serverName, String result, String because)
      throws IOException {
    Explanation explanation = explain(url, serverName, "", "127.0.0.1");
    assertThat(at(explanation, "outcome", "result")).isEqualTo(result);
    assertThat(at(explanation, "outcome", "because").toString()).contains(because);
    assertThat(explanation.exitCode()).isEqualTo(result.equals("forwarded") ? 0 : 1);
  }

  @Test
  void saysThatTheListenerSpeaksAnotherLanguage() throws IOException {
    assertThat(explain("https://shop.example/cart", "default", "plain", "127.0.0.1")
            .text())
        .contains("the listener speaks cleartext");
    assertThat(
            explain("http://shop.example/cart", "default", "web", "127.0.0.1").text())
        .contains("400 plaintext_on_tls_port");
  }

  @ParameterizedTest
  @CsvSource({"10.1.2.3, true", "192.0.2.1, false", "127.0.0.1, false"})
  void tellsWhoSeesTheDetailsOfAFailure(String from, boolean sees) throws IOException {
    assertThat(at(
            explain("https://shop.example/cart", "default", "", from),
            "client",
            "seesFailureDetails"))
        .isEqualTo(sees);
  }

  @ParameterizedTest
  @ValueSource(strings = {"shop.example", "ftp://shop.example/", "https://", "https://me@shop/"})
  void refusesWhatIsNoUrl(String url) {
    assertThatThrownBy(() -> explain(url))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("URL: ");
  }

  @Test
  void refusesAListenerThatIsNotThere() {
    assertThatThrownBy(() -> explain("https://shop.example/", "default", "none", "127.0.0.1"))
        .hasMessageContaining("\"none\" is not defined (defined: web, strict, plain)");
  }

  // ---- live, and against the proxy itself

  @Test
  void tellsTheResultOfTheHandshake() throws IOException {
    Issued good = TestPki.server("app.example").issuer(CA).issue();
    try (JdkServer server = JdkServer.tls(good, socket -> {})) {
      Explanation explanation = explain(
          YAML.formatted(server.port()),
          true,
          "https://shop.example/cart/1",
          "default",
          "",
          "127.0.0.1");
      assertThat(explanation.exitCode()).isZero();
      assertThat(explanation.text())
          .contains("result: ok", "protocol: TLSv1.3", "1 of 1 endpoints can be used");
      assertThat(server.received()).isZero();
    }
    Issued bad = TestPki.server("other.example").issuer(CA).issue();
    try (JdkServer server = JdkServer.tls(bad, socket -> {})) {
      Explanation explanation = explain(
          YAML.formatted(server.port()),
          true,
          "https://shop.example/cart/1",
          "default",
          "",
          "127.0.0.1");
      assertThat(explanation.exitCode()).isEqualTo(1);
      assertThat(explanation.text())
          .contains("result: name_mismatch", "presented names: other.example", "status: 502");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "shop.example, /, shop.example", "a.wild.example, /x, a.wild.example",
    "a.wild.example, /, shop.example", "shop.example, /a%2Fb, shop.example",
    "shop.example, /x/%2e%2e/cart/1, shop.example", "nobody.example, /, shop.example"
  })
  void saysWhatTheProxyDoes(String host, String path, String serverName) throws Exception {
    Shell.require("curl");
    Explanation explanation = explain("https://" + host + path, serverName, "", "127.0.0.1");
    String result = at(explanation, "outcome", "result").toString();
    String expected = result.equals("forwarded") ? "502" : result.substring(0, 3);
    try (Proxy proxy = Proxy.start(folder, YAML.formatted(9))) {
      String status = new Shell(folder)
          .run(("curl -sk -o /dev/null -w %%{http_code} --path-as-is --http1.1 --connect-to"
                  + " ::127.0.0.1:%d -H 'Host: %s' https://%s%s")
              .formatted(proxy.port("web"), host, serverName, path))
          .requireSuccess();
      assertThat(status).isEqualTo(expected);
    }
  }
}
