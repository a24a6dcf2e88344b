package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.testkit.End;
import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.MessageHead;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.Reply;
import io.reseal.testkit.TestBed;
import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code Expect: 100-continue} and the 1xx responses. */
final class InterimResponseTest {
  private static final String EXPECT =
      "POST /expect HTTP/1.1\r\nHost: a.test\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n";
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  private TestBed bed;

  @BeforeEach
  void start() throws IOException {
    bed = TestBed.start();
  }

  @AfterEach
  void stop() {
    bed.close();
  }

  @Test
  void asksForTheBodyWhenTheUpstreamDoes() throws IOException {
    bed.origin().on("/expect", (connection, head) -> {
      assertThat(head.fields().first("expect")).isEqualToIgnoringCase("100-continue");
      connection.send("HTTP/1.1 100 Continue\r\n\r\n");
      connection.respond(head, OK);
    });
    try (RawClient client = bed.client()) {
      client.send(EXPECT);
      assertThat(client.readHead().status()).isEqualTo(100);
      client.send("body");
      Reply reply = client.readReply();
      assertThat(reply.status()).isEqualTo(200);
      assertThat(reply.interim()).isEmpty();
      assertThat(client.exchange("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n").status())
          .isEqualTo(200);
    }
    assertThat(bed.origin().requests().getFirst().bodyText()).isEqualTo("body");
  }

  @Test
  void relaysAnEarlyRefusalAndReusesNothing() throws Exception {
    bed.origin().on("/expect", (connection, head) -> {
      connection.send("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\nno");
      connection.awaitEnd();
    });
    try (RawClient client = bed.client()) {
      client.send(EXPECT);
      Reply reply = client.readReply();
      assertThat(reply.status()).isEqualTo(417);
      assertThat(reply.bodyText()).isEqualTo("no");
    }
    assertThat(bed.origin().connections().getFirst().end()).isNotNull();
    bed.requireHealthy();
    assertThat(bed.origin().connections()).hasSize(2);
    assertThat(bed.origin().connections().getFirst().receivedText()).doesNotContain("body");
  }

  @Test
  void neverTakesTheNextRequestForTheRefusedBody() throws IOException {
    bed.origin().on("/expect", (connection, head) -> {
      connection.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
      connection.awaitEnd();
    });
    try (RawClient client = bed.client()) {
      client.send(EXPECT);
      assertThat(client.readReply().status()).isEqualTo(403);
      client.sendDespiteClose("GET /next HTTP/1.1\r\nHost: a.test\r\n\r\n");
      client.readToEnd();
    }
    bed.requireHealthy();
    assertThat(bed.origin().requests())
        .noneMatch(request -> request.head().path().equals("/next"));
  }

  @Test
  void forwardsABodyThatIsSentAtOnce() throws IOException {
    bed.origin().on("/expect", (connection, head) -> {
      connection.send("HTTP/1.1 100 Continue\r\n\r\n");
      connection.respond(head, OK);
    });
    try (RawClient client = bed.client()) {
      Reply reply = client.exchange(EXPECT + "body");
      assertThat(reply.status()).isEqualTo(200);
    }
    assertThat(bed.origin().lastRequest().bodyText()).isEqualTo("body");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "100-continue, x", "200-ok", "100-continue=1"})
  void rejectsOtherExpectations(String expectation) throws IOException {
    bed.requireRejected(
        bed.client(),
        "POST / HTTP/1.1\r\nHost: a.test\r\nExpect: " + expectation
            + "\r\nContent-Length: 4\r\n\r\nbody",
        400,
        417);
  }

  @Test
  void relaysEarlyHints() throws IOException {
    bed.origin()
        .on(
            "/hints",
            "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 102 P\r\n\r\n" + OK);
    Reply reply = bed.get("/hints");
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.bodyText()).isEqualTo("ok");
    assertThat(reply.interim()).extracting(MessageHead::status).isSubsetOf(102, 103);
    try (H2RawClient client = bed.h2Client()) {
      H2RawClient.Outcome outcome = client.get("a.test", "/hints");
      assertThat(outcome.complete().bodyText()).isEqualTo("ok");
    }
  }

  @Test
  void sendsAnHttp10ClientNoInterimResponse() throws IOException {
    bed.origin().on("/hints", "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + OK);
    try (RawClient client = bed.client()) {
      Reply reply = client.exchange("GET /hints HTTP/1.0\r\nHost: a.test\r\n\r\n");
      assertThat(reply.interim()).isEmpty();
      assertThat(reply.status()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"100 Continue", "199 Unknown", "110 x"})
  void survivesInterimResponsesThatNobodyAskedFor(String status) throws IOException {
    bed.origin().on("/odd", ("HTTP/1.1 " + status + "\r\n\r\n").repeat(2) + OK);
    for (int i = 0; i < 2; i++) {
      Reply reply = bed.get("/odd");
      assertThat(reply.status()).isIn(200, 502);
    }
    assertThat(bed.get("/").bodyText()).startsWith("GET /\n");
  }

  @Test
  void endsAFloodOfInterimResponses() throws Exception {
    bed.origin().on("/flood", (connection, head) -> {
      connection.receive(head);
      for (int i = 0; i < 10_000; i++) {
        connection.send("HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n");
      }
      connection.send(OK);
    });
    try (RawClient client = bed.client()) {
      client.send("GET /flood HTTP/1.1\r\nHost: a.test\r\n\r\n");
      Reply reply = client.readReply();
      assertThat(reply.status()).isEqualTo(502);
      assertThat(reply.interim().size()).isLessThan(1_000);
    }
    assertThat(bed.origin().connections().getFirst().end()).isNotEqualTo(End.ALERT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Upgrade: websocket\r\nConnection: Upgrade\r\n"})
  void refusesASwitchOfProtocolsThatNobodyAskedFor(String fields) throws IOException {
    bed.origin().on("/101", (connection, head) -> {
      connection.respond(head, "HTTP/1.1 101 Switching Protocols\r\n" + fields + "\r\nbytes");
      connection.awaitEnd();
    });
    Reply reply = bed.get("/101");
    assertThat(reply.status()).isEqualTo(502);
    assertThat(reply.bodyText()).doesNotContain("bytes");
  }
}
