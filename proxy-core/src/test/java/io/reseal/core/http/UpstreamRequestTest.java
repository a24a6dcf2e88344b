package io.reseal.core.http;

import static io.reseal.core.http.Heads.http1;
import static io.reseal.core.http.Heads.http2;
import static io.reseal.core.http.Heads.passed;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

final class UpstreamRequestTest {
  private static final EdgeConnection EDGE = EdgeConnection.of(
      new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 40_000),
      new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 443),
      /* tls= */ true,
      /* peerTrusted= */ false);

  private static HttpRequest sent(RequestHead head) {
    return UpstreamRequest.of(passed(head), EDGE);
  }

  @Test
  void sendsTheNormalFormToTheHostThatRoutedIt() {
    HttpRequest request = sent(http1("GET", "http://B.test:81/a/../c?d"));
    assertThat(request.protocolVersion()).isEqualTo(HttpVersion.HTTP_1_1);
    assertThat(request.uri()).isEqualTo("/c?d");
    assertThat(request.headers().getAll("host")).containsExactly("b.test:81");
  }

  @Test
  void framesTheBodyOnce() {
    HttpRequest chunked = sent(http2("POST", "/"));
    assertThat(chunked.headers().getAll("transfer-encoding")).containsExactly("chunked");
    assertThat(chunked.headers().contains("content-length")).isFalse();
    HttpRequest sized = sent(http2("POST", "/", "content-length", "7"));
    assertThat(sized.headers().getAll("content-length")).containsExactly("7");
    assertThat(sized.headers().contains("transfer-encoding")).isFalse();
    HttpRequest none = sent(http1("GET", "/"));
    assertThat(none.headers().contains("transfer-encoding")).isFalse();
  }

  @Test
  void joinsTheCookieCrumbsOfHttp2() {
    assertThat(
            sent(http2("GET", "/", "cookie", "a=1", "cookie", "b=2")).headers().getAll("cookie"))
        .containsExactly("a=1; b=2");
  }

  @Test
  void passesTrailersAndUpgradesOnInItsOwnName() {
    HttpRequest te = sent(http1("GET", "/", "TE", "trailers", "Connection", "te, close"));
    assertThat(te.headers().getAll("te")).containsExactly("trailers");
    assertThat(te.headers().getAll("connection")).containsExactly("te");
    HttpRequest upgrade =
        sent(http1("GET", "/", "Upgrade", "WebSocket", "Connection", "Upgrade, x-a", "x-a", "1"));
    assertThat(upgrade.headers().getAll("connection")).containsExactly("upgrade");
    assertThat(upgrade.headers().getAll("upgrade")).containsExactly("websocket");
    assertThat(upgrade.headers().contains("x-a")).isFalse();
    HttpRequest plain = sent(http1("GET", "/", "TE", "gzip", "Connection", "keep-alive"));
    assertThat(plain.headers().contains("te")).isFalse();
    assertThat(plain.headers().contains("connection")).isFalse();
  }

  @Test
  void sendsAnExpectationOnlyWithABody() {
    assertThat(sent(http1("GET", "/", "Expect", "100-continue")).headers().contains("expect"))
        .isFalse();
    assertThat(sent(http1("POST", "/", "Content-Length", "1", "Expect", "100-continue"))
            .headers()
            .contains("expect"))
        .isTrue();
  }

  @Test
  void isTheSameWhenSentAgain() {
    RequestHead head = passed(http1("GET", "/", "TE", "trailers", "Cookie", "a=1"));
    String first = UpstreamRequest.of(head, EDGE).headers().toString();
    assertThat(UpstreamRequest.of(head, EDGE).headers().toString()).isEqualTo(first);
  }
}
