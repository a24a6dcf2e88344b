package io.reseal.server.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.AdminSettings;
import io.reseal.config.AdminSettings.Port;
import io.reseal.config.HostPort;
import io.reseal.config.Location;
import io.reseal.config.Problem;
import io.reseal.server.kit.Json;
import io.reseal.server.kit.Watched;
import io.reseal.testkit.Reply;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be done through the admin port, and who cannot do it. */
final class AdminActionsTest {
  private static final Port ANY_PORT = new Port.At(new HostPort("127.0.0.1", 0));

  private final Recorder recorder = new Recorder();
  private AdminServer server = start();

  private AdminServer start() {
    return StatusScene.serve(
        new AdminSettings(ANY_PORT, ANY_PORT, List.of()),
        AdminPages.health(new Health()).actions(recorder),
        AdminPages.health(new Health()));
  }

  @BeforeEach
  void nothingDoneYet() {
    assertThat(recorder.done()).isZero();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Reply post(String path, String fields) throws IOException {
    return Watched.ask(
        server.admin().orElseThrow(),
        "POST " + path + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n");
  }

  // ---- what is done

  @Test
  void drains() throws IOException {
    Reply reply = post("/drain", "");
    assertThat(reply.status()).isEqualTo(202);
    assertThat(Json.parse(reply.bodyText()).get("outcome")).isEqualTo("draining");
    assertThat(recorder.drains).hasValue(1);
    assertThat(recorder.reloads).hasValue(0);
  }

  @Test
  void reloads() throws IOException {
    Reply reply = post("/reload", "Content-Length: 0\r\n");
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.fields().first("content-type")).isEqualTo("application/json");
    Json answer = Json.parse(reply.bodyText());
    assertThat(answer.get("outcome")).isEqualTo("applied");
    assertThat(answer.number("revision")).isEqualTo(2);
    assertThat(answer.get("problems")).isEqualTo(List.of());
    assertThat(recorder.reloads).hasValue(1);
    assertThat(recorder.drains).hasValue(0);
  }

  @Test
  void tellsEveryProblemOfARefusedConfiguration() throws IOException {
    recorder.answer = new Reload(
        Instant.now(),
        Reload.Outcome.REFUSED,
        1,
        List.of(problem(3, "unknown <key>"), problem(9, "no such file")));
    Reply reply = post("/reload", "");
    assertThat(reply.status()).isEqualTo(422);
    Json answer = Json.parse(reply.bodyText());
    assertThat(answer.get("outcome")).isEqualTo("refused");
    assertThat(answer.number("revision")).isEqualTo(1);
    assertThat(answer.get("problems"))
        .isEqualTo(List.of(
            "reseal.yaml:3:1: routes: unknown <key>", "reseal.yaml:9:1: routes: no such file"));
  }

  private static Problem problem(int line, String what) {
    return new Problem(new Location("reseal.yaml", line, 1, "routes"), what, "", "", "");
  }

  @Test
  void survivesAnActionThatFails() throws IOException {
    recorder.mistake = new IllegalStateException("on purpose");
    assertThat(post("/reload", "").status()).isEqualTo(500);
    recorder.mistake = null;
    assertThat(post("/reload", "").status()).isEqualTo(200);
  }

  // ---- who cannot

  @ParameterizedTest
  @ValueSource(strings = {"GET", "HEAD", "PUT", "OPTIONS", "TRACE", "DELETE", "post"})
  void isDoneByPostAlone(String method) throws IOException {
    for (String path : List.of("/drain", "/reload", "/reload?now")) {
      Reply reply = Watched.ask(
          server.admin().orElseThrow(),
          method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(reply.status()).isEqualTo(405);
      assertThat(reply.fields().first("allow")).isEqualTo("POST");
    }
    assertThat(recorder.done()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Origin: http://localhost",
        "Sec-Fetch-Site: same-origin",
        "Content-Type: application/json",
        "Origin: http://localhost\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors"
      })
  void isDoneForItsOwnPages(String field) throws IOException {
    assertThat(post("/reload", field + "\r\n").status()).isEqualTo(200);
    assertThat(recorder.reloads).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Origin: http://evil.example",
        "Origin: null",
        "Origin:",
        "Origin: http://localhost:1",
        "Origin: https://localhost",
        "Origin: http://127.0.0.1",
        "Origin: http://localhost\r\nOrigin: http://evil.example",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
        "Sec-Fetch-Site: none",
        "Sec-Fetch-Site: whatever",
        "Sec-Fetch-Site:",
        "Origin: http://localhost\r\nSec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Site: cross-site"
      })
  void isNotDoneForOtherSites(String field) throws IOException {
    assertThat(post("/drain", field + "\r\n").status()).isEqualTo(403);
    assertThat(recorder.done()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/x-www-form-urlencoded",
        "Application/X-WWW-Form-Urlencoded; charset=utf-8",
        "multipart/form-data; boundary=x",
        "text/plain",
        "application/json\r\nContent-Type: text/plain"
      })
  void isNotDoneForForms(String type) throws IOException {
    Reply reply = post("/drain", "Content-Length: 0\r\nContent-Type: " + type + "\r\n");
    assertThat(reply.status()).isEqualTo(415);
    assertThat(recorder.done()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"Content-Length: 2\r\n\r\n{}", "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"})
  void isNotDoneWithABody(String fieldsAndBody) throws IOException {
    Reply reply = Watched.ask(
        server.admin().orElseThrow(),
        "POST /reload HTTP/1.1\r\nHost: localhost\r\n" + fieldsAndBody);
    assertThat(reply.status()).isEqualTo(413);
    assertThat(recorder.done()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"evil.example", "localhost.evil.example", "10.0.0.1", ""})
  void isNotDoneForForeignHosts(String host) throws IOException {
    Reply reply = Watched.ask(
        server.admin().orElseThrow(),
        "POST /drain HTTP/1.1\r\nHost: " + host + "\r\nOrigin: http://" + host + "\r\n\r\n");
    assertThat(reply.status()).isEqualTo(421);
    assertThat(recorder.done()).isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "POST http://localhost/drain HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "POST localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "POST /drain HTTP/1.1\r\n\r\n",
        "POST /drain HTTP/1.0\r\n\r\n",
        "POST /drain HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n"
      })
  void isNotDoneForWhatIsNoPlainRequest(String request) throws IOException {
    assertThat(Watched.ask(server.admin().orElseThrow(), request).status()).isEqualTo(400);
    assertThat(recorder.done()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"//drain", "/drain/", "/Drain", "/%64rain", "/./drain", "/drain;x"})
  void hasOneSpelling(String path) throws IOException {
    assertThat(post(path, "").status()).isEqualTo(405);
    assertThat(recorder.done()).isZero();
  }

  @Test
  void statusPortDoesNothing() throws IOException {
    for (String path : List.of("/drain", "/reload")) {
      Reply reply = Watched.ask(
          server.status().orElseThrow(), "POST " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(reply.status()).isEqualTo(405);
    }
    assertThat(recorder.done()).isZero();
  }

  /** Counts what it is asked for. */
  private static final class Recorder implements AdminActions {
    private final AtomicInteger drains = new AtomicInteger();
    private final AtomicInteger reloads = new AtomicInteger();
    private volatile Reload answer =
        new Reload(Instant.now(), Reload.Outcome.APPLIED, 2, List.of());
    private volatile @Nullable RuntimeException mistake;

    @Override
    public void drain() {
      drains.incrementAndGet();
    }

    @Override
    public Reload reload() {
      RuntimeException thrown = mistake;
      if (thrown != null) {
        throw thrown;
      }
      reloads.incrementAndGet();
      return answer;
    }

    int done() {
      return drains.get() + reloads.get();
    }
  }
}
