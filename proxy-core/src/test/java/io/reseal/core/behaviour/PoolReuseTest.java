package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.Timeouts;
import io.reseal.config.TlsVersions;
import io.reseal.config.UpstreamTls;
import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.OriginConnection;
import io.reseal.testkit.OriginHandler;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordedRequest;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.Reply;
import io.reseal.testkit.TestBed;
import io.reseal.testkit.TestPki;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections are used again, and a dead one costs a client nothing that can be avoided. */
final class PoolReuseTest {
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
  void usesOneConnectionForManyClients() throws IOException {
    for (int i = 0; i < 10; i++) {
      assertThat(bed.get("/" + i).status()).isEqualTo(200);
    }
    try (H2RawClient client = bed.h2Client()) {
      assertThat(client.get("a.test", "/").complete().status()).isEqualTo(200);
    }
    bed.requireHealthy();
    assertThat(bed.origin().connections()).hasSize(1);
  }

  /** Serves requests to anywhere once, and then does this at the next request. */
  private void onSecondRequestOfAConnection(OriginHandler.OfConnection fault) {
    bed.origin().on("/x", (connection, head) -> {
      boolean first = bed.origin().requests().stream()
          .map(RecordedRequest::connection)
          .noneMatch(index -> index == connection.index());
      if (first) {
        connection.respond(head, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      } else {
        connection.receive(head);
        fault.serve(connection);
      }
    });
  }

  static Stream<Arguments> deaths() {
    return Stream.of(
        Arguments.of("reset", (OriginHandler.OfConnection) OriginConnection::reset),
        Arguments.of("close", (OriginHandler.OfConnection) OriginConnection::close),
        Arguments.of("truncate", (OriginHandler.OfConnection) OriginConnection::truncate));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("deaths")
  void sendsAGetAgainWhenThePooledConnectionWasDead(String name, OriginHandler.OfConnection death)
      throws IOException {
    onSecondRequestOfAConnection(death);
    String get = "GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n";
    try (RawClient client = bed.client()) {
      assertThat(client.exchange(get).bodyText()).isEqualTo("ok");
      Reply reply = client.exchange(get);
      assertThat(reply.status()).as("%s", reply).isEqualTo(200);
      assertThat(reply.bodyText()).isEqualTo("ok");
    }
    assertThat(bed.origin().requests()).hasSize(3);
    assertThat(bed.origin().connections()).hasSize(2);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("deaths")
  void sendsAGetOverHttp2AgainToo(String name, OriginHandler.OfConnection death)
      throws IOException {
    onSecondRequestOfAConnection(death);
    try (H2RawClient client = bed.h2Client()) {
      assertThat(client.get("a.test", "/x").complete().bodyText()).isEqualTo("ok");
      assertThat(client.get("a.test", "/x").complete().bodyText()).isEqualTo("ok");
    }
    assertThat(bed.origin().connections()).hasSize(2);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("deaths")
  void neverSendsAPostAgain(String name, OriginHandler.OfConnection death) throws IOException {
    onSecondRequestOfAConnection(death);
    String post = "POST /x HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\n\r\nbody";
    try (RawClient client = bed.client()) {
      assertThat(client.exchange(post).bodyText()).isEqualTo("ok");
      assertThat(client.exchange(post).status()).isEqualTo(502);
    }
    assertThat(bed.origin().requests()).hasSize(2);
    try (RawClient client = bed.client()) {
      String empty = "POST /x HTTP/1.1\r\nHost: a.test\r\nContent-Length: 0\r\n\r\n";
      assertThat(client.exchange(empty).bodyText()).isEqualTo("ok");
      assertThat(client.exchange(empty).status()).isEqualTo(502);
    }
    assertThat(bed.origin().requests()).hasSize(4);
  }

  @Test
  void neverSendsARequestAgainOnceItsResponseHasBegun() throws IOException {
    onSecondRequestOfAConnection(connection -> {
      connection.send("HTTP/1.1 200 OK\r\n");
      connection.reset();
    });
    String get = "GET /x HTTP/1.1\r\nHost: a.test\r\n\r\n";
    try (RawClient client = bed.client()) {
      assertThat(client.exchange(get).status()).isEqualTo(200);
      assertThat(client.exchange(get).status()).isEqualTo(502);
    }
    assertThat(bed.origin().requests()).hasSize(2);
  }

  @Test
  void noticesThatAnIdleConnectionWasClosed() throws Exception {
    bed.origin().on("/bye", (connection, head) -> {
      connection.respond(head, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      connection.close();
    });
    for (int i = 0; i < 5; i++) {
      assertThat(bed.get("/bye").bodyText()).isEqualTo("ok");
      bed.origin().lastConnection().end();
      Reply reply = bed.exchange("POST / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1\r\n\r\nx");
      assertThat(reply.status()).isIn(200, 502);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: foo, Close\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: foo\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive, close\r\n\r\n",
        "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"
      })
  void reusesNothingThatAsksToBeClosed(String response) throws IOException {
    bed.origin().on("/x", (connection, head) -> {
      connection.respond(head, response);
      connection.awaitEnd();
    });
    assertThat(bed.get("/x").status()).isEqualTo(200);
    assertThat(bed.get("/x").status()).isEqualTo(200);
    assertThat(bed.origin().connections()).hasSize(2);
  }

  @Test
  void reusesAnHttp10ConnectionThatIsKeptAlive() throws IOException {
    bed.origin()
        .on("/x", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok");
    assertThat(bed.get("/x").bodyText()).isEqualTo("ok");
    assertThat(bed.get("/x").bodyText()).isEqualTo("ok");
    assertThat(bed.origin().connections().size()).isLessThanOrEqualTo(2);
  }

  @Test
  void closesConnectionsThatIdleTooLong() throws Exception {
    try (TestBed impatient = TestBed.start(setup -> setup.timeouts(PoolReuseTest::shortIdle))) {
      assertThat(impatient.get("/").status()).isEqualTo(200);
      assertThat(impatient.origin().connections().getFirst().end()).isNotNull();
      assertThat(impatient.get("/").status()).isEqualTo(200);
    }
  }

  private static Timeouts shortIdle(Timeouts all) {
    return new Timeouts(
        all.handshake(),
        all.requestHead(),
        all.keepAlive(),
        all.bodyIdle(),
        all.connect(),
        all.upstreamHandshake(),
        all.responseHead(),
        all.tunnelIdle(),
        Duration.ofMillis(300),
        all.upstreamAge(),
        all.resolve());
  }

  /** The same endpoint under another policy must be asked again whether it may be trusted. */
  @Test
  void neverLendsAVerifiedConnectionToAnotherPolicy() throws IOException {
    UpstreamTls otherCa = new UpstreamTls(
        TestPki.ca("Other CA").trusted(),
        new UpstreamTls.ServerNameSent.EndpointName(),
        List.of(),
        false,
        TlsVersions.MODERN);
    RecordingOrigin origin = RecordingOrigin.tls(ProxySetup.originIdentity()).start();
    try (TestBed two = TestBed.start(
        origin,
        setup -> setup
            .identity("second", "b.test")
            .reencrypt("b.test", "suspicious")
            .upstream("suspicious", otherCa, origin.endpoint()))) {
      assertThat(two.get("/").status()).isEqualTo(200);
      try (RawClient client = two.proxy().client("b.test")) {
        Reply reply = client.exchange("GET / HTTP/1.1\r\nHost: b.test\r\n\r\n");
        assertThat(reply.status()).isEqualTo(502);
      }
      assertThat(two.origin().requests()).hasSize(1);
    }
  }
}
