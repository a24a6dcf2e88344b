package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.HostPattern;
import io.reseal.config.PathMatch;
import io.reseal.config.Route;
import io.reseal.config.ServerIdentity;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.ProxyFixture;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordingOrigin;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Server name and authority: a request for another policy's host is sent back with 421. */
final class MisdirectedRequestTest {
  private static RecordingOrigin origin;
  private static RecordingOrigin secret;
  private static ProxyFixture proxy;

  @BeforeAll
  static void start() throws IOException {
    origin = RecordingOrigin.tls(ProxySetup.originIdentity()).start();
    secret = RecordingOrigin.tls(Certificates.DESTINATION.issue("secret.test")).start();
    List<String> names = List.of("a.test", "b.test", "*.wild.test");
    proxy = new ProxySetup()
        .identity(new ServerIdentity(
            "shared", names, List.of(Certificates.FRONT.issue("a.test", "b.test", "*.wild.test"))))
        .identity("own", "own.test")
        .upstream("origin", origin)
        .upstream("secret", secret)
        .reencrypt("a.test", "origin")
        .reencrypt("b.test", "origin")
        .reencrypt("*.wild.test", "origin")
        .reencrypt("own.test", "origin")
        .passthrough("secret.test", "secret")
        .passthrough("*.hidden.test", "secret")
        .route(new Route.Reencrypt(
            "cleartext only",
            List.of(ProxySetup.HTTP),
            List.of(new HostPattern.Exact("plain.test")),
            List.of(PathMatch.EVERYTHING),
            "origin"))
        .start();
  }

  @AfterAll
  static void stop() {
    proxy.close();
    origin.close();
    secret.close();
  }

  /** {@code 421/404} where either is right: nobody here serves that host. */
  @ParameterizedTest
  @CsvSource({
    "a.test, a.test, 200",
    "a.test, A.TEST, 200",
    "a.test, a.test:443, 200",
    "a.test, b.test, 200",
    "b.test, a.test, 200",
    "a.test, x.wild.test, 200",
    "x.wild.test, y.wild.test, 200",
    "x.wild.test, a.test, 200",
    "own.test, own.test, 200",
    "a.test, own.test, 421",
    "own.test, a.test, 421",
    "own.test, x.wild.test, 421",
    "x.wild.test, own.test, 421",
    "a.test, secret.test, 421",
    "a.test, SECRET.test., 421",
    "own.test, secret.test, 421",
    "a.test, x.hidden.test, 421",
    "a.test, unknown.test, 404/421",
    "a.test, wild.test, 404/421",
    "a.test, x.y.wild.test, 404/421",
    "a.test, hidden.test, 404/421",
    "a.test, plain.test, 404/421",
    "a.test, 127.0.0.1, 404/421"
  })
  void answersByServerNameAndAuthority(String serverName, String host, String expected)
      throws IOException {
    int before = origin.requests().size();
    try (RawClient client = proxy.client(serverName)) {
      int status =
          client.exchange("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n").status();
      assertThat(expected.split("/")).contains(String.valueOf(status));
    }
    try (H2RawClient client = proxy.h2Client(serverName)) {
      int status = client.get(host, "/").complete().status();
      assertThat(expected.split("/")).contains(String.valueOf(status));
    }
    assertThat(origin.requests()).hasSize(expected.equals("200") ? before + 2 : before);
    assertThat(secret.connections()).isEmpty();
  }

  @Test
  void judgesEveryRequestOfAConnection() throws IOException {
    try (RawClient client = proxy.client("a.test")) {
      assertThat(client.exchange("GET / HTTP/1.1\r\nHost: a.test\r\n\r\n").status())
          .isEqualTo(200);
      assertThat(client.exchange("GET / HTTP/1.1\r\nHost: own.test\r\n\r\n").status())
          .isEqualTo(421);
    }
    try (H2RawClient client = proxy.h2Client("a.test")) {
      assertThat(client.get("a.test", "/").complete().status()).isEqualTo(200);
      assertThat(client.get("own.test", "/").complete().status()).isEqualTo(421);
      assertThat(client.get("b.test", "/").complete().status()).isEqualTo(200);
    }
  }

  @Test
  void judgesTheAbsoluteForm() throws IOException {
    try (RawClient client = proxy.client("a.test")) {
      String request = "GET https://own.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n";
      assertThat(client.exchange(request).status()).isIn(400, 421);
    }
  }

  @Test
  void servesCleartextRoutesInCleartextOnly() throws IOException {
    try (RawClient client = proxy.plainClient()) {
      assertThat(client.exchange("GET / HTTP/1.1\r\nHost: plain.test\r\n\r\n").status())
          .isEqualTo(200);
    }
    try (RawClient client = proxy.plainClient()) {
      int status =
          client.exchange("GET / HTTP/1.1\r\nHost: secret.test\r\n\r\n").status();
      assertThat(status).isIn(404, 421);
    }
  }
}
