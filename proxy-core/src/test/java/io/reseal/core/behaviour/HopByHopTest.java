package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.testkit.Fields;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordedRequest;
import io.reseal.testkit.Reply;
import io.reseal.testkit.TestBed;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fields that concern one connection stay on it; nobody can use them to remove ours. */
final class HopByHopTest {
  private static TestBed bed;

  @BeforeAll
  static void start() throws IOException {
    bed = TestBed.start();
  }

  @AfterAll
  static void stop() {
    bed.close();
  }

  private static RecordedRequest forwarded(String fields) throws IOException {
    Reply reply = bed.exchange("GET /hop HTTP/1.1\r\nHost: a.test\r\n" + fields + "\r\n");
    assertThat(reply.status()).as(reply.bodyText()).isEqualTo(200);
    return bed.origin().lastRequest();
  }

  @Test
  void dropsWhatConnectionNames() throws IOException {
    Fields fields = forwarded("Connection: X-One, x-two\r\nX-One: 1\r\nX-Two: 2\r\nX-Three: 3\r\n")
        .fields();
    assertThat(fields.names()).doesNotContain("x-one", "x-two").contains("x-three");
    assertThat(fields.all("connection")).noneMatch(value -> value.contains("-"));
  }

  @Test
  void dropsWhatSeveralConnectionFieldsName() throws IOException {
    Fields fields = forwarded(
            "Connection: X-One\r\nX-One: 1\r\nconnection: ,,X-Two ,\tkeep-alive\r\nX-Two: 2\r\n")
        .fields();
    assertThat(fields.names()).doesNotContain("x-one", "x-two");
  }

  @Test
  void keepsItsOwnFieldsWhateverConnectionNames() throws IOException {
    RecordedRequest request = forwarded(
        "Connection: X-Forwarded-For, X-Forwarded-Proto, X-Forwarded-Host, Forwarded, X-Real-IP,"
            + " Host\r\n");
    assertThat(request.fields().first("x-forwarded-for")).isEqualTo("127.0.0.1");
    assertThat(request.fields().first("x-forwarded-proto")).isEqualTo("https");
    assertThat(request.fields().all("host")).containsExactly("a.test");
  }

  @Test
  void keepsTheFramingWhateverConnectionNames() throws IOException {
    Reply reply = bed.exchange("POST /framing HTTP/1.1\r\nHost: a.test\r\n"
        + "Connection: Content-Length, Host, close\r\nContent-Length: 3\r\n\r\nabc");
    assertThat(reply.status()).isIn(200, 400);
    if (reply.status() == 200) {
      assertThat(bed.origin().lastRequest().bodyText()).isEqualTo("abc");
    }
    Reply chunked = bed.exchange(
        "POST /framing HTTP/1.1\r\nHost: a.test\r\n"
            + "Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
    assertThat(chunked.status()).isIn(200, 400);
    if (chunked.status() == 200) {
      assertThat(bed.origin().lastRequest().bodyText()).isEqualTo("abc");
    }
  }

  @Test
  void dropsTheStandardOnes() throws IOException {
    Fields fields = forwarded("Proxy-Connection: keep-alive\r\nKeep-Alive: timeout=5\r\n"
            + "TE: gzip\r\nProxy-Authorization: Basic c2VjcmV0\r\nX-Kept: 1\r\n")
        .fields();
    assertThat(fields.names())
        .doesNotContain("proxy-connection", "keep-alive", "te", "proxy-authorization")
        .contains("x-kept");
  }

  @Test
  void forwardsOfTeOnlyTrailers() throws IOException {
    Fields fields = forwarded("TE: trailers, gzip;q=0.5\r\nConnection: TE\r\n").fields();
    assertThat(fields.all("te")).allMatch(value -> value.equals("trailers"));
  }

  @Test
  void neverForwardsAnUpgradeToHttp2() throws IOException {
    RecordedRequest request = forwarded("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
        + "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n");
    assertThat(request.fields().names()).doesNotContain("upgrade", "http2-settings");
    assertThat(request.fields().all("connection")).noneMatch(value -> value.contains("pgrade"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Upgrade: h2c\r\n",
        "Upgrade: H2C\r\nConnection: upgrade\r\n",
        "Upgrade: h2c, websocket\r\nConnection: upgrade\r\n",
        "Upgrade: websocket, h2c\r\nConnection: upgrade\r\n",
        "Upgrade: websocket\r\nUpgrade: h2c\r\nConnection: upgrade\r\n",
        "Upgrade: h2\r\nConnection: upgrade\r\n",
        "Upgrade: HTTP/2.0\r\nConnection: upgrade\r\n",
        "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n"
      })
  void neverForwardsAnyFormOfUpgradeToHttp2(String fields) throws IOException {
    Reply reply = bed.exchange("GET /h2c HTTP/1.1\r\nHost: a.test\r\n" + fields + "\r\n");
    assertThat(reply.status()).isIn(200, 400);
    if (reply.status() == 200) {
      Fields received = bed.origin().lastRequest().fields();
      assertThat(received.has("http2-settings")).isFalse();
      assertThat(received.all("upgrade"))
          .noneMatch(value -> value.toLowerCase(java.util.Locale.ROOT).contains("h2"))
          .noneMatch(value -> value.contains("HTTP"));
    }
  }

  @Test
  void keepsAnHttp10ConnectionOnlyWhenAsked() throws IOException {
    try (RawClient client = bed.client()) {
      Reply reply = client.exchange("GET / HTTP/1.0\r\nHost: a.test\r\n\r\n");
      assertThat(reply.status()).isEqualTo(200);
      assertThat(client.readToEnd().text()).isEmpty();
    }
    try (RawClient client = bed.client()) {
      String request = "GET / HTTP/1.0\r\nHost: a.test\r\nConnection: keep-alive\r\n\r\n";
      Reply first = client.exchange(request);
      assertThat(first.fields().first("connection")).isEqualToIgnoringCase("keep-alive");
      assertThat(client.exchange(request).status()).isEqualTo(200);
    }
  }

  @Test
  void neverSendsChunksToAnHttp10Client() throws IOException {
    bed.origin()
        .on(
            "/chunked",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
    try (RawClient client = bed.client()) {
      Reply reply = client.exchange(
          "GET /chunked HTTP/1.0\r\nHost: a.test\r\nConnection: keep-alive\r\n\r\n");
      assertThat(reply.fields().has("transfer-encoding")).isFalse();
      assertThat(reply.bodyText()).isEqualTo("abc");
    }
  }

  @Test
  void closesWhenTheClientAsks() throws IOException {
    try (RawClient client = bed.client()) {
      Reply reply =
          client.exchange("GET / HTTP/1.1\r\nHost: a.test\r\nConnection: foo, Close\r\n\r\n");
      assertThat(reply.fields().all("connection")).contains("close");
      assertThat(client.readToEnd().text()).isEmpty();
    }
  }

  @Test
  void dropsTheUpstreamsHopByHopFields() throws IOException {
    bed.origin()
        .on(
            "/response",
            "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: X-One, keep-alive\r\nX-One: 1\r\n"
                + "Keep-Alive: timeout=5\r\nProxy-Connection: x\r\nUpgrade: h2c\r\nX-Two: 2\r\n\r\n");
    try (RawClient client = bed.client()) {
      Reply reply = client.exchange("GET /response HTTP/1.1\r\nHost: a.test\r\n\r\n");
      assertThat(reply.fields().names())
          .doesNotContain("x-one", "keep-alive", "proxy-connection", "upgrade")
          .contains("x-two");
      assertThat(client.exchange("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n").status())
          .isEqualTo(200);
    }
  }

  @Test
  void keepsTheClientsConnectionWhenTheUpstreamCloses() throws IOException {
    bed.origin().on("/close", (connection, head) -> {
      connection.respond(
          head, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
      connection.close();
    });
    try (RawClient client = bed.client()) {
      for (int i = 0; i < 3; i++) {
        Reply reply = client.exchange("GET /close HTTP/1.1\r\nHost: a.test\r\n\r\n");
        assertThat(reply.bodyText()).isEqualTo("ok");
        assertThat(reply.fields().all("connection")).doesNotContain("close");
      }
    }
  }
}
