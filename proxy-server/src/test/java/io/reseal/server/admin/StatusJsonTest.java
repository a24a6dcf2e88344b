package io.reseal.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.Location;
import io.reseal.config.Problem;
import io.reseal.server.kit.Json;
import io.reseal.server.kit.Watched;
import io.reseal.testkit.Reply;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the status page is made of, as it goes over the wire, and to whom. */
final class StatusJsonTest {
  @SuppressWarnings("NullAway.Init") // made before each test of the class
  private static StatusScene failing;

  @SuppressWarnings("NullAway.Init")
  private static StatusScene many;

  @BeforeAll
  static void start() {
    failing = StatusScene.failing();
    many = StatusScene.many();
  }

  @AfterAll
  static void stop() {
    failing.close();
    many.close();
  }

  private static Reply ask(StatusScene scene, String request) throws IOException {
    return Watched.ask(scene.address(), request);
  }

  private static Reply get(StatusScene scene, String path) throws IOException {
    return ask(scene, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }

  private static Json status(StatusScene scene, String query) throws IOException {
    Reply reply = get(scene, "/status.json" + query);
    assertThat(reply.status()).as(reply.toString()).isEqualTo(200);
    return Json.parse(reply.bodyText());
  }

  // ---- the files

  @ParameterizedTest
  @CsvSource({
    "/, text/html; charset=utf-8",
    "/?find=x, text/html; charset=utf-8",
    "/status.css, text/css; charset=utf-8",
    "/status.js, text/javascript; charset=utf-8",
    "/status.svg, image/svg+xml"
  })
  void servesItsFilesUnderAStrictPolicy(String path, String type) throws IOException {
    Reply reply = get(failing, path);
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.fields().first("content-type")).isEqualTo(type);
    assertThat(reply.fields().first("x-content-type-options")).isEqualTo("nosniff");
    assertThat(reply.fields().first("content-security-policy"))
        .contains("default-src 'none'", "script-src 'self'", "style-src 'self'")
        .contains("frame-ancestors 'none'", "form-action 'none'", "base-uri 'none'")
        .contains("require-trusted-types-for 'script'")
        .doesNotContain("unsafe", "*", "http", "data:");
  }

  @Test
  void hasNothingInlineAndNothingFromElsewhere() throws IOException {
    assertThat(get(failing, "/").bodyText())
        .doesNotContainPattern("<script(?![^>]*src=\"/status.js\")")
        .doesNotContainPattern("(?i)<style|style=|\\son[a-z]+=|javascript:|https?://");
    assertThat(get(failing, "/status.css").bodyText()).doesNotContain("url(", "@import", "http");
    assertThat(get(failing, "/status.js").bodyText())
        .doesNotContain("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(")
        .doesNotContain("https://");
  }

  // ---- to whom

  @ParameterizedTest
  @ValueSource(strings = {"/", "/status.json", "/status.js", "/metrics", "/nowhere"})
  void answersNobodyElse(String path) throws IOException {
    for (String host : List.of("evil.example", "localhost.evil.example", "10.0.0.1", "0")) {
      assertThat(ask(failing, "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
              .status())
          .as(host)
          .isEqualTo(421);
    }
    for (String site : List.of(
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-Dest: document",
        "Origin: http://evil.example",
        "Origin: null")) {
      Reply reply =
          ask(failing, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + site + "\r\n\r\n");
      assertThat(reply.status()).as(site).isEqualTo(403);
      assertThat(reply.bodyText()).doesNotContain("catalog");
    }
    for (String method : List.of("POST", "PUT", "OPTIONS", "TRACE", "DELETE", "QUERY")) {
      assertThat(ask(failing, method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
              .status())
          .as(method)
          .isEqualTo(405);
    }
    assertThat(ask(failing, "GET http://localhost" + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .status())
        .isEqualTo(400);
  }

  @Test
  void answersHeadWithoutABody() throws IOException {
    byte[] page = get(failing, "/").body();
    Reply head = ask(failing, "HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.fields().first("content-length")).isEqualTo(Integer.toString(page.length));
    assertThat(head.bodyText()).isEmpty();
  }

  // ---- what is in it

  @Test
  void putsFailuresOfUpstreamsBeforeThoseOfClients() throws IOException {
    List<Json> failures = status(failing, "").object("failures").objects("rows");
    assertThat(failures).extracting(each -> each.number("status")).containsExactly(502, 502, 404);
    assertThat(failures.getLast().get("lastRequest")).isEqualTo("nobody.example/");
  }

  @Test
  void putsCertificatesThatEndFirstInFront() throws IOException {
    List<Json> rows = status(failing, "").object("certificates").objects("rows");
    assertThat(rows).extracting(each -> each.number("daysLeft")).isSorted();
    assertThat(rows)
        .extracting(each -> each.get("level"))
        .containsExactly("critical", "critical", "warning", "warning", "good");
    assertThat(rows.getLast().get("use")).isEqualTo("destination_ca");
    assertThat(rows.getLast().number("users")).isEqualTo(4);
  }

  @Test
  void findsByEveryWordOfARow() throws IOException {
    assertThat(found("HOST007", "routes")).isEqualTo(1);
    assertThat(found("host007.many.test", "routes")).isEqualTo(1);
    assertThat(found("10.0.7.7:8443", "upstreams")).isEqualTo(1);
    assertThat(found("10.0.7.7:8443", "routes")).isZero();
    assertThat(found("host19", "routes")).isEqualTo(10);
    assertThat(found("many.test", "routes")).isEqualTo(200);
    assertThat(found("%3Cscript%3E", "routes")).isZero();
    assertThat(found("x".repeat(3_000), "routes")).isZero();
  }

  private static int found(String find, String list) throws IOException {
    return status(many, "?find=" + find).object(list).number("found");
  }

  @Test
  void cutsListsUnlessMoreIsAskedFor() throws IOException {
    assertThat(rows("")).isEqualTo(StatusDocument.FEW_ROWS);
    assertThat(rows("?more=upstreams")).isEqualTo(StatusDocument.FEW_ROWS);
    assertThat(rows("?more=upstreams,routes")).isEqualTo(200);
    assertThat(rows("?more=,,routes,routes,%00")).isEqualTo(200);
  }

  private static int rows(String query) throws IOException {
    return status(many, query).object("routes").objects("rows").size();
  }

  @Test
  void cutsTheProblemsOfAReload() throws IOException {
    try (StatusScene scene = StatusScene.empty()) {
      List<Problem> problems = new ArrayList<>();
      for (int i = 0; i < 5_000; i++) {
        problems.add(new Problem(new Location("reseal.yaml", i, 1, "routes"), "wrong", "", "", ""));
      }
      scene.reloads().note(new Reload(Instant.now(), Reload.Outcome.REFUSED, 3, problems));
      Json last = status(scene, "").object("lastReload");
      assertThat(last.number("problemCount")).isEqualTo(5_000);
      assertThat((List<?>) last.get("problems")).hasSize(50);
    }
  }

  @Test
  void refusesAQueryThatCannotBeRead() throws IOException {
    assertThat(get(failing, "/status.json?find=%zz").status()).isEqualTo(400);
    assertThat(get(failing, "/status.json?find=%").status()).isEqualTo(400);
  }
}
