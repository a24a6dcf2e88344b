package io.reseal.core.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.config.Network;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.Reply;
import io.reseal.testkit.TestBed;
import java.io.IOException;
import java.net.InetAddress;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Who is told why a request failed, behind a trusted proxy on loopback whose own address may be told:
 * the client that the proxy names decides.
 */
final class DetailsBehindProxyTest {
  private static TestBed bed;

  @BeforeAll
  static void start() throws IOException {
    bed = TestBed.start(
        setup -> setup.trustedPeers(new Network(InetAddress.ofLiteral("127.0.0.0"), 8)));
    bed.origin().on("/bad", "nothing like HTTP\r\n\r\n");
  }

  @AfterAll
  static void stop() {
    bed.close();
  }

  /** The failure before anything is forwarded, and the one after the fields were made ready. */
  private static void requireDetails(String fields, boolean told) throws IOException {
    try (RawClient client = bed.proxy().plainClient()) {
      Reply unrouted = client.exchange("GET / HTTP/1.1\r\nHost: nobody.test\r\n" + fields + "\r\n");
      assertThat(unrouted.status()).isEqualTo(404);
      assertThat(unrouted.bodyText().contains("nobody.test")).as("%s", unrouted).isEqualTo(told);
      Reply broken = client.exchange("GET /bad HTTP/1.1\r\nHost: a.test\r\n" + fields + "\r\n");
      assertThat(broken.status()).isEqualTo(502);
      assertThat(broken.fields().first("proxy-status").contains("invalid_response"))
          .as("%s", broken)
          .isEqualTo(told);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "X-Forwarded-For: ::1\r\n",
        "X-Forwarded-For: [::1]:5123\r\n",
        "X-Forwarded-For: 203.0.113.9, ::1\r\n",
        "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: ::1, 127.0.0.7\r\n",
        "X-Forwarded-For: 127.0.0.7\r\n",
        "X-Real-IP: ::1\r\n",
        "X-Forwarded-For: ::1\r\nX-Real-IP: 127.0.0.7\r\n",
        "Forwarded: for=\"[::1]\"\r\n",
        "Forwarded: for=\"[::1]:77\";proto=https, For=127.0.0.7;host=\"a;for=203.0.113.9\"\r\n",
      })
  void tellsAClientThatMayKnow(String fields) throws IOException {
    requireDetails(fields, /* told= */ true);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Forwarded-For: 203.0.113.9\r\n",
        "X-Forwarded-For: 203.0.113.9:443\r\n",
        "X-Forwarded-For: ::1, 203.0.113.9\r\n",
        "X-Forwarded-For: 203.0.113.9, 127.0.0.7\r\n",
        "X-Forwarded-For: unknown\r\n",
        "X-Forwarded-For: ::1, \r\n",
        "X-Forwarded-For: ::1\r\nX-Real-IP: 203.0.113.9\r\n",
        "X-Forwarded-For: ::1\r\nForwarded: for=203.0.113.9\r\n",
        "X-Real-IP: 203.0.113.9\r\n",
        "Forwarded: for=203.0.113.9\r\n",
        "Forwarded: for=\"[2001:db8::1]:1\";proto=https\r\n",
        "Forwarded: for=_hidden\r\n",
        "Forwarded: proto=https\r\n",
        "Forwarded: for=203.0.113.9;host=\"a;for=127.0.0.1\"\r\n",
        "Forwarded: for=203.0.113.9;host=\"a, for=127.0.0.1\"\r\n",
        "Forwarded: for=\"127.0.0.1\r\n",
        "Forwarded: x=\", for=203.0.113.9;host=\"a\r\n",
      })
  void tellsNobodyElse(String fields) throws IOException {
    requireDetails(fields, /* told= */ false);
  }

  @Test
  void believesNoFieldsOfOthers() throws IOException {
    try (TestBed direct = TestBed.start();
        RawClient client = direct.proxy().plainClient()) {
      Reply unrouted = client.exchange(
          "GET / HTTP/1.1\r\nHost: nobody.test\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n");
      assertThat(unrouted.bodyText()).contains("nobody.test");
    }
  }
}
