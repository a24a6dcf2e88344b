package io.reseal.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.HostPort;
import io.reseal.config.PathMatch;
import io.reseal.config.schema.ConfigSchema;
import io.reseal.config.schema.ObjectType;
import io.reseal.core.tls.CertificateText;
import io.reseal.server.kit.Json;
import io.reseal.server.kit.Watched;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.Reply;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the admin port and the status port answer, and whom they refuse. */
final class AdminTest {
  private static final String PAGE = "GET /healthz/live HTTP/1.1\r\nHost: %s\r\n%s\r\n";

  @SuppressWarnings("NullAway.Init") // made before each test of the class
  private static Watched proxy;

  @BeforeAll
  static void start() throws IOException {
    proxy = Watched.start(setup -> setup
        .identity("more", "<b>.test", "wrong.test")
        .reencrypt("wrong.test", "origin")
        .reencrypt("wrong.test", new PathMatch.Exact("/gone"), "gone")
        .upstream("gone", ProxySetup.verified(), new HostPort("127.0.0.1", 1)));
  }

  @AfterAll
  static void stop() {
    proxy.close();
  }

  // ---- pages

  @Test
  void isLiveAndReady() throws IOException {
    assertThat(proxy.page("/healthz/live")).isEqualTo("live\n");
    assertThat(proxy.page("/healthz/ready?verbose")).isEqualTo("ready\n");
  }

  @Test
  void listsWhatThereIsWhereNothingIs() throws IOException {
    Reply reply = proxy.admin("GET /../config HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.bodyText()).contains("/metrics", "/certificates", "/diagnostics");
  }

  @Test
  void showsTheConfigurationWithoutSecrets() throws IOException {
    String page = proxy.page("/config");
    Json config = Json.parse(page);
    assertThat(config.names()).containsExactlyInAnyOrderElementsOf(ConfigSchema.ROOT.keys());
    requireKeys(config, "limits", ConfigSchema.LIMITS);
    requireKeys(config, "timeouts", ConfigSchema.TIMEOUTS);
    requireKeys(config, "requests", ConfigSchema.REQUESTS);
    requireKeys(config, "runtime", ConfigSchema.RUNTIME);
    requireKeys(config, "admin", ConfigSchema.ADMIN);
    byte[] key = ProxySetup.originIdentity().privateKey().getEncoded();
    assertThat(page)
        .contains("\"reencrypt\": \"origin\"", "\"destinationCA\": \"destination-ca.pem\"")
        .doesNotContain(Base64.getEncoder().encodeToString(key).substring(0, 20))
        .doesNotContainIgnoringCase("private");
  }

  private static void requireKeys(Json config, String group, ObjectType type) {
    assertThat(config.object(group).names()).containsExactlyInAnyOrderElementsOf(type.keys());
  }

  @Test
  void showsCertificatesWithDaysLeft() throws IOException {
    proxy.get("/x");
    Json page = Json.parse(proxy.page("/certificates"));
    Json front = page.objects("identities").getFirst();
    assertThat(front.get("identity")).isEqualTo("front");
    assertThat(front.get("names")).isEqualTo(List.of("a.test"));
    assertThat(front.number("daysLeft")).isNotNegative();
    assertThat(page.objects("destinationCAs").getFirst().get("fingerprint"))
        .isEqualTo(CertificateText.fingerprint(Certificates.DESTINATION.certificate()));
    Json seen = page.objects("upstreams").getFirst();
    assertThat(seen.get("source")).isEqualTo(proxy.origin().endpoint().toString());
    assertThat(seen.get("fingerprint"))
        .isEqualTo(CertificateText.fingerprint(ProxySetup.originIdentity().leaf()));
  }

  @Test
  void showsUpstreamsAsTrafficFindsThem() throws IOException {
    failOnce();
    proxy.get("/x");
    Json page = Json.parse(proxy.page("/upstreams"));
    Json gone = page.object("upstreams", "name", "gone");
    assertThat(gone.get("verified")).isEqualTo(true);
    Json endpoint = gone.objects("endpoints").getFirst();
    assertThat(endpoint.object("lastFailure").get("error")).isEqualTo("refused");
    Json origin =
        page.object("upstreams", "name", "origin").objects("endpoints").getFirst();
    assertThat(origin.number("connected")).isPositive();
    assertThat(origin.number("failed")).isZero();
  }

  private static void failOnce() throws IOException {
    try (RawClient client = proxy.client("wrong.test")) {
      client.exchange("GET /gone HTTP/1.1\r\nHost: wrong.test\r\n\r\n");
    }
  }

  @Test
  void showsWhatWentWrongByRoute() throws IOException {
    failOnce();
    failOnce();
    try (RawClient plain = proxy.plainClient()) {
      plain.exchange("GET /<script>\u00e9 HTTP/1.1\r\nHost: nobody.test\r\n\r\n");
    }
    try (RawClient refused = proxy.client("nobody.test")) {
      throw new AssertionError("served");
    } catch (IOException alert) {
      // As it should be.
    }
    String text = proxy.page("/diagnostics");
    assertThat(text).doesNotContain("<");
    Json page = Json.parse(text);
    Json failure = page.object("failures", "error", "refused");
    assertThat(failure.get("route")).isEqualTo("route-2");
    assertThat(failure.get("upstream")).isEqualTo("gone");
    assertThat(failure.number("count")).isGreaterThanOrEqualTo(2);
    assertThat(failure.get("detail")).asString().contains("127.0.0.1:1");
    assertThat(
            page.object("refusedConnections", "reason", "unknown_server_name").get("listener"))
        .isEqualTo("https");
  }

  // ---- whom the admin port refuses

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "LOCALHOST:9901",
        "127.0.0.1",
        "127.0.0.1:9901",
        "[::1]:9901",
        "admin.example"
      })
  void servesItsOwnHosts(String host) throws IOException {
    assertThat(proxy.admin(PAGE.formatted(host, "")).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:9901",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "127.0.0.1:9901:evil",
        "evil@localhost",
        "localhost,evil.example",
        "10.0.0.1",
        "[::1",
        "2130706433",
        "x.admin.example",
        ""
      })
  void refusesForeignHosts(String host) throws IOException {
    assertThat(proxy.admin(PAGE.formatted(host, "")).status()).isEqualTo(421);
  }

  @Test
  void refusesNoHostAndTwoHosts() throws IOException {
    assertThat(proxy.admin("GET /config HTTP/1.1\r\n\r\n").status()).isEqualTo(400);
    assertThat(proxy.admin("GET /config HTTP/1.0\r\n\r\n").status()).isEqualTo(400);
    assertThat(
            proxy.admin(PAGE.formatted("localhost", "Host: evil.example\r\n")).status())
        .isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Origin: http://evil.example",
        "Origin: null",
        "Origin: https://localhost",
        "Origin: http://localhost:1234",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
        "Sec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site",
        "Origin: http://localhost\r\nOrigin: http://evil.example"
      })
  void refusesRequestsOfOtherSites(String field) throws IOException {
    Reply reply = proxy.admin(PAGE.formatted("localhost", field + "\r\n"));
    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.fields().names()).noneMatch(name -> name.startsWith("access-control-"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Origin: http://localhost",
        "Sec-Fetch-Site: same-origin",
        "Sec-Fetch-Site: none",
        "X-Forwarded-Host: evil.example"
      })
  void servesRequestsOfItsOwnPages(String field) throws IOException {
    assertThat(proxy.admin(PAGE.formatted("localhost", field + "\r\n")).status())
        .isEqualTo(200);
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "BREW", "get"})
  void refusesOtherMethods(String method) throws IOException {
    String rest = " /healthz/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
    Reply reply = proxy.admin(method + rest);
    assertThat(reply.status()).isEqualTo(405);
    assertThat(reply.fields().first("allow")).isEqualTo("GET, HEAD");
    assertThat(proxy.status(method + rest).status()).isEqualTo(405);
  }

  @Test
  void refusesWhatIsNoPlainRequest() throws IOException {
    assertThat(proxy
            .admin("GET http://localhost/config HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .status())
        .isEqualTo(400);
    assertThat(proxy
            .admin(PAGE.formatted("localhost", "Content-Length: 1\r\n") + "x")
            .status())
        .isEqualTo(413);
    assertThat(proxy
            .admin(PAGE.formatted("localhost", "X: " + "x".repeat(20_000) + "\r\n"))
            .status())
        .isEqualTo(400);
    assertThat(proxy.admin("\u0016\u0003\u0001 nonsense\r\n\r\n").status()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/explain?url=%zz", "/status.json?find=%", "/config?%f", "/metrics?%"})
  void refusesQueriesThatCannotBeRead(String target) throws IOException {
    Reply reply = proxy.admin("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.bodyText()).contains("the query cannot be read");
  }

  @Test
  void tellsBrowsersToKeepEverybodyOut() throws IOException {
    Reply reply = proxy.admin(PAGE.formatted("localhost", ""));
    assertThat(reply.fields().first("x-content-type-options")).isEqualTo("nosniff");
    assertThat(reply.fields().first("cache-control")).isEqualTo("no-store");
    assertThat(reply.fields().first("content-security-policy")).startsWith("default-src 'none'");
    assertThat(reply.fields().first("cross-origin-resource-policy")).isEqualTo("same-origin");
    assertThat(reply.fields().first("connection")).isEqualTo("close");
  }

  // ---- the status port

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /healthz/ready HTTP/1.1\r\nHost: whoever.example\r\n\r\n",
        "GET /healthz/ready HTTP/1.1\r\nHost: a\r\nOrigin: http://evil.example\r\n\r\n",
        "GET /healthz/ready HTTP/1.0\r\n\r\n",
        "GET /healthz/live HTTP/1.0\r\nHost: 10.9.8.7:15021\r\n\r\n",
        "GET /healthz/ready HTTP/1.1\r\n\r\n"
      })
  void statusPortAnswersAnyHost(String request) throws IOException {
    Reply reply = proxy.status(request);
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.isComplete()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/metrics", "/config", "/certificates", "/upstreams"})
  void statusPortHasHealthAlone(String path) throws IOException {
    assertThat(
            proxy.status("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").status())
        .isEqualTo(404);
  }
}
