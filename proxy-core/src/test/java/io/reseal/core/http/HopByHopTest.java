package io.reseal.core.http;

import static io.reseal.core.http.Heads.fields;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.HttpHeaders;
import org.junit.jupiter.api.Test;

final class HopByHopTest {

  private static HttpHeaders stripped(String... namesAndValues) {
    HttpHeaders fields = fields(namesAndValues);
    HopByHop.strip(fields);
    return fields;
  }

  @Test
  void removesTheFieldsOfTheConnection() {
    HttpHeaders left = stripped(
        "CONNECTION", "close",
        "Keep-Alive", "timeout=5",
        "Proxy-Connection", "keep-alive",
        "TE", "trailers",
        "Transfer-Encoding", "chunked",
        "Upgrade", "websocket",
        "HTTP2-Settings", "AAMAAABk",
        "Proxy-Authenticate", "Basic",
        "Proxy-Authorization", "Basic eDp5",
        "Trailer", "X-Sum",
        "Cookie", "a=b");
    assertThat(left.names()).containsExactlyInAnyOrder("Trailer", "Cookie");
  }

  @Test
  void removesWhatConnectionNames() {
    HttpHeaders left = stripped(
        "Connection", "close, X-One ,x-two",
        "Connection", ",,\tx-three",
        "X-One", "1",
        "X-Two", "2",
        "x-two", "2",
        "X-THREE", "3",
        "X-Four", "4");
    assertThat(left.names()).containsExactly("X-Four");
  }

  @Test
  void keepsWhatTheMessageNeeds() {
    HttpHeaders left = stripped(
        "Connection", "host, Content-Length, close", "Host", "a.test", "Content-Length", "1");
    assertThat(left.names()).containsExactlyInAnyOrder("Host", "Content-Length");
  }
}
