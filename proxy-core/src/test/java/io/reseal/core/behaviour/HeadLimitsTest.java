package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.Limits;
import io.reseal.config.Timeouts;
import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.Reply;
import io.reseal.testkit.TestBed;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is too large or too slow is answered by name, and ends there. */
final class HeadLimitsTest {
  private static final String GET = "GET / HTTP/1.1\r\nHost: a.test\r\n";

  private static final char TLS_ALERT = 21;

  private static TestBed bed;

  @BeforeAll
  static void start() throws IOException {
    bed = TestBed.start(
        setup -> setup.limits(HeadLimitsTest::smallBody).timeouts(HeadLimitsTest::impatient));
  }

  private static Limits smallBody(Limits all) {
    return new Limits(
        all.clientHelloBytes(),
        all.requestTargetBytes(),
        all.requestHeadBytes(),
        all.requestFields(),
        1_000,
        all.responseHeadBytes(),
        all.responseFields(),
        all.http2Streams(),
        all.upstreamConnections(),
        all.upstreamIdleConnections(),
        all.upstreamConnecting(),
        all.upstreamAttempts());
  }

  private static Timeouts impatient(Timeouts all) {
    return new Timeouts(
        Duration.ofMillis(500),
        Duration.ofMillis(500),
        Duration.ofMillis(700),
        Duration.ofMillis(500),
        all.connect(),
        all.upstreamHandshake(),
        all.responseHead(),
        all.tunnelIdle(),
        all.upstreamIdle(),
        all.upstreamAge(),
        all.resolve());
  }

  @AfterAll
  static void stop() {
    bed.close();
  }

  @Test
  void rejectsTooManyFields() throws IOException {
    bed.requireRejected(bed.client(), GET + "X: 1\r\n".repeat(100) + "\r\n", 431);
    assertThat(bed.exchange(GET + "X: 1\r\n".repeat(99) + "\r\n").status()).isEqualTo(200);
  }

  @Test
  void rejectsAHeadThatIsTooLarge() throws IOException {
    String fields = ("X: " + "a".repeat(997) + "\r\n").repeat(33);
    bed.requireRejected(bed.client(), GET + fields + "\r\n", 431);
    String fewer = ("X: " + "a".repeat(900) + "\r\n").repeat(33);
    assertThat(bed.exchange(GET + fewer + "\r\n").status()).isEqualTo(200);
  }

  @Test
  void rejectsAFieldThatIsTooLarge() throws IOException {
    bed.requireRejected(bed.client(), GET + "X: " + "a".repeat(64 << 10) + "\r\n\r\n", 431);
  }

  @Test
  void rejectsATargetThatIsTooLong() throws IOException {
    String target = "/" + "a".repeat(8_192);
    bed.requireRejected(bed.client(), "GET " + target + " HTTP/1.1\r\nHost: a.test\r\n\r\n", 414);
    bed.requireRejected(
        bed.client(), "GET /" + "a".repeat(100_000) + " HTTP/1.1\r\nHost: a.test\r\n\r\n", 414);
    String longest = "/" + "a".repeat(8_191);
    Reply reply = bed.exchange("GET " + longest + " HTTP/1.1\r\nHost: a.test\r\n\r\n");
    assertThat(reply.status()).isEqualTo(200);
  }

  @Test
  void countsHttp2FieldsAndCookieCrumbs() throws IOException {
    String[] fields = new String[108];
    fields[0] = ":method: GET";
    fields[1] = ":scheme: https";
    fields[2] = ":authority: a.test";
    fields[3] = ":path: /crumbs";
    for (int i = 4; i < fields.length; i++) {
      fields[i] = "cookie: a=" + i;
    }
    try (H2RawClient client = bed.h2Client()) {
      int many = client.request(true, java.util.Arrays.copyOf(fields, 108));
      int few = client.request(true, java.util.Arrays.copyOf(fields, 90));
      assertThat(client.read(many).status()).isEqualTo(431);
      assertThat(client.read(few).status()).isEqualTo(200);
    }
  }

  @Test
  void rejectsALengthBeyondTheLimitBeforeTheBody() throws IOException {
    bed.requireRejected(
        bed.client(),
        "POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1001\r\n\r\n" + "a".repeat(1_001),
        413);
    String fits = "POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1000\r\n\r\n";
    assertThat(bed.exchange(fits + "a".repeat(1_000)).status()).isEqualTo(200);
  }

  @Test
  void breaksAChunkedBodyOffAtTheLimit() throws IOException {
    TestBed.Mark mark = bed.mark();
    String head = "POST /large HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n";
    bed.requireErrorThenClose(
        bed.client(), head + "3e8\r\n" + "a".repeat(1_000) + "\r\n1\r\nb\r\n0\r\n\r\n", 413);
    mark.requireNoWholeRequest("/large");
  }

  @Test
  void breaksAnHttp2BodyOffAtTheLimit() throws IOException {
    TestBed.Mark mark = bed.mark();
    try (H2RawClient client = bed.h2Client()) {
      int stream = client.request(
          false, ":method: POST", ":scheme: https", ":authority: a.test", ":path: /large");
      client.data(stream, false, "a".repeat(1_000));
      client.data(stream, true, "b");
      H2RawClient.Outcome outcome = client.read(stream);
      assertThat(outcome.status() == 413 || outcome.isRefused())
          .as("%s", outcome)
          .isTrue();
      assertThat(client.get("a.test", "/after").status()).isEqualTo(200);
    }
    mark.requireNoWholeRequest("/large");
  }

  @Test
  void answersASlowHeadWith408() throws IOException {
    bed.requireRejected(bed.client(), "GET / HTTP/1.1\r\nHost: a.te", 408);
    bed.requireRejected(bed.proxy().plainClient(), "GET / HTTP/1.1\r\nHost: a.test\r\n", 408);
  }

  @Test
  void closesAnIdleConnectionWithoutAWord() throws IOException {
    try (RawClient client = bed.client()) {
      assertThat(client.exchange(GET + "\r\n").status()).isEqualTo(200);
      assertThat(client.readToEnd().text()).isEmpty();
    }
  }

  @Test
  void closesAConnectionThatNeverSpeaks() throws IOException {
    try (RawClient client = bed.proxy().plainClient()) {
      RawClient.Rest rest = client.readToEnd();
      assertThat(rest.text().isEmpty() || rest.text().startsWith("HTTP/1.1 408"))
          .isTrue();
    }
    try (RawClient client = RawClient.plain(bed.proxy().https())) {
      String text = client.readToEnd().text();
      assertThat(text.isEmpty() || text.charAt(0) == TLS_ALERT).as(text).isTrue();
    }
  }

  @Test
  void answersAStalledBodyWith408() throws IOException {
    TestBed.Mark mark = bed.mark();
    Reply reply = bed.requireErrorThenClose(
        bed.client(),
        "POST /stalled HTTP/1.1\r\nHost: a.test\r\nContent-Length: 10\r\n\r\nabc",
        408);
    assertThat(reply.fields().all("connection")).contains("close");
    mark.requireNoWholeRequest("/stalled");
  }
}
