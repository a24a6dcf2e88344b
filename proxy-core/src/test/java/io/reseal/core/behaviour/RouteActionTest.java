package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.PathMatch;
import io.reseal.config.RedirectTarget;
import io.reseal.testkit.H2RawClient;
import io.reseal.testkit.ProxyFixture;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.Reply;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Offload and redirect. */
final class RouteActionTest {
  private static RecordingOrigin plain;
  private static ProxyFixture proxy;

  @BeforeAll
  static void start() throws IOException {
    plain = RecordingOrigin.cleartext().start();
    proxy = new ProxySetup()
        .identity("front", "a.test")
        .upstream("plain", plain)
        .offload("a.test", PathMatch.EVERYTHING, "plain")
        .redirect("a.test", new PathMatch.Prefix("/secure"), RedirectTarget.HTTPS)
        .redirect(
            "a.test",
            new PathMatch.Prefix("/moved"),
            new RedirectTarget("https", "new.test", 8443, 302))
        .redirect("*", new PathMatch.Prefix("/secure"), RedirectTarget.HTTPS)
        .redirect(
            "*", new PathMatch.Prefix("/moved"), new RedirectTarget("https", "new.test", 0, 308))
        .start();
  }

  @AfterAll
  static void stop() {
    proxy.close();
    plain.close();
  }

  @Test
  void offloadsToACleartextUpstream() throws IOException {
    try (RawClient client = proxy.client("a.test")) {
      Reply reply =
          client.exchange("POST /x HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\n\r\nbody");
      assertThat(reply.status()).isEqualTo(200);
      assertThat(reply.bodyText()).startsWith("POST /x\n").endsWith("\n\nbody");
    }
    assertThat(plain.lastRequest().fields().first("x-forwarded-proto")).isEqualTo("https");
  }

  @ParameterizedTest
  @CsvSource({
    "/secure/x?y=z, 308, https://a.test/secure/x?y=z",
    "/secure, 308, https://a.test/secure",
    "/moved/x?y=/z, 302, https://new.test:8443/moved/x?y=/z"
  })
  void redirects(String target, int status, String location) throws IOException {
    int before = plain.requests().size();
    try (RawClient client = proxy.plainClient()) {
      String request = "GET " + target + " HTTP/1.1\r\nHost: a.test\r\n\r\n";
      Reply reply = client.exchange(request);
      assertThat(reply.status()).isEqualTo(status);
      assertThat(reply.fields().first("location")).isEqualTo(location);
      assertThat(client.exchange(request).status()).as("kept alive").isEqualTo(status);
    }
    try (H2RawClient client = proxy.h2Client("a.test")) {
      Reply reply = client.get("a.test", target).complete();
      assertThat(reply.fields().first("location")).isEqualTo(location);
    }
    assertThat(plain.requests()).hasSize(before);
  }

  @Test
  void redirectsARequestWithABodyAndServesTheNext() throws IOException {
    try (RawClient client = proxy.plainClient()) {
      Reply reply =
          client.exchange("POST /secure HTTP/1.1\r\nHost: a.test\r\nContent-Length: 4\r\n\r\nbody");
      assertThat(reply.status()).isEqualTo(308);
      client.sendDespiteClose("GET /after HTTP/1.1\r\nHost: a.test\r\n\r\n");
      if (!reply.fields().all("connection").contains("close")) {
        assertThat(client.readReply().bodyText()).startsWith("GET /after\n");
      }
    }
  }

  @Test
  void redirectsARequestWithoutHostOnlyWhereTheRouteNamesOne() throws IOException {
    try (RawClient client = proxy.plainClient()) {
      assertThat(client.exchange("GET /secure HTTP/1.0\r\n\r\n").status()).isEqualTo(400);
    }
    try (RawClient client = proxy.plainClient()) {
      Reply reply = client.exchange("GET /moved/x HTTP/1.0\r\n\r\n");
      assertThat(reply.status()).isEqualTo(308);
      assertThat(reply.fields().first("location")).isEqualTo("https://new.test/moved/x");
    }
  }

  @Test
  void neverRedirectsIntoAnotherHeader() throws IOException {
    try (RawClient client = proxy.plainClient()) {
      Reply reply =
          client.exchange("GET /secure/%0d%0aSet-Cookie:x HTTP/1.1\r\nHost: a.test\r\n\r\n");
      assertThat(reply.fields().has("set-cookie")).isFalse();
    }
  }
}
