package io.reseal.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The kit against itself: what it reports about endings and broken messages must be true. */
final class RecordingOriginTest {
  private RecordingOrigin origin;
  private RawClient client;

  @BeforeEach
  void connect() throws IOException {
    origin = RecordingOrigin.tls(ProxySetup.originIdentity()).start();
    client = RawClient.Hello.of(Certificates.DESTINATION.certificate(), "upstream.test")
        .withApplicationProtocols("http/1.1")
        .connect(new InetSocketAddress("127.0.0.1", origin.port()));
  }

  @AfterEach
  void close() {
    client.close();
    origin.close();
  }

  @Test
  void showsTheRequestAndRemembersIt() throws Exception {
    Reply reply = client.exchange(
        "POST /a?b HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nxyz\r\n0\r\nT: 1\r\n\r\n");
    assertThat(reply.bodyText()).isEqualTo("POST /a?b\nTransfer-Encoding: chunked\n\nxyz");
    assertThat(origin.lastRequest().trailers().first("t")).isEqualTo("1");
    assertThat(origin.lastConnection().serverName()).isEqualTo("upstream.test");
    client.halfClose();
    assertThat(client.readToEnd().end()).isEqualTo(End.CLOSED);
    assertThat(origin.lastConnection().end()).isEqualTo(End.CLOSED);
  }

  @Test
  void tellsAResetFromATruncationFromAClose() throws Exception {
    origin.on("/reset", (connection, head) -> connection.reset());
    client.send("GET /reset HTTP/1.1\r\n\r\n");
    assertThat(client.readToEnd().end()).isEqualTo(End.RESET);
    client.close();
    connect();
    origin.on("/truncate", (connection, head) -> connection.truncate());
    client.send("GET /truncate HTTP/1.1\r\n\r\n");
    assertThat(client.readToEnd().end()).isEqualTo(End.TRUNCATED);
  }

  @Test
  void tellsThatABodyBrokeOff() throws Exception {
    origin.on("/cut", (connection, head) -> {
      connection.respond(head, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
      connection.close();
    });
    Reply reply = client.exchange("GET /cut HTTP/1.1\r\n\r\n");
    assertThat(reply.isComplete()).isFalse();
    assertThat(reply.bodyText()).isEqualTo("abc");
  }

  @Test
  void seesTheClientsReset() throws Exception {
    client.exchange("GET / HTTP/1.1\r\n\r\n");
    client.reset();
    assertThat(origin.lastConnection().end()).isEqualTo(End.RESET);
  }

  @Test
  void verifiesPatternsByteByByte() throws Exception {
    origin.on("/pattern", (connection, head) -> {
      connection.respond(head, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
      connection.sendPattern(1_000_000);
    });
    client.send("GET /pattern HTTP/1.1\r\n\r\n");
    MessageHead head = client.readHead();
    assertThat(Pattern.verify(client.body(head, "GET"))).isEqualTo(1_000_000);
    assertThat(Pattern.first(70_000)[69_999]).isEqualTo(Pattern.first(69_999 - 65_521 + 1)[4478]);
  }
}
