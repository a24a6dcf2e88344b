package io.reseal.core.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.reseal.core.http.RequestHead.Framing;
import io.reseal.core.http.RequestHead.Version;
import org.junit.jupiter.api.Test;

final class HeadConversionTest {

  private static Http2Headers http2(String... namesAndValues) {
    Http2Headers headers = new DefaultHttp2Headers(/* validate= */ false);
    for (int i = 0; i < namesAndValues.length; i += 2) {
      headers.add(namesAndValues[i], namesAndValues[i + 1]);
    }
    return headers;
  }

  @Test
  void takesARequestOver() {
    RequestHead head = HeadConversion.toRequest(
        http2(
            ":method", "POST",
            ":path", "/a?b",
            ":scheme", "https",
            ":authority", "A.test:444",
            "cookie", "a=1",
            "cookie", "b=2",
            "te", "trailers"),
        /* endOfStream= */ false);
    assertThat(head.version()).isEqualTo(Version.HTTP_2);
    assertThat(head.fields().getAll("cookie")).containsExactly("a=1", "b=2");
    assertThat(head.fields().names()).containsExactlyInAnyOrder("cookie", "te");
    Heads.passed(head);
    assertThat(head.authority()).isEqualTo("a.test:444");
    assertThat(head.path()).isEqualTo("/a");
    assertThat(head.framing()).isEqualTo(Framing.STREAMED);
  }

  @Test
  void leavesWhatIsMissingForTheRules() {
    assertThat(Heads.refused(HeadConversion.toRequest(http2(), true))).startsWith("400");
    assertThat(Heads.refused(HeadConversion.toRequest(
            http2(":method", "GET", ":scheme", "https", ":authority", "a.test"), true)))
        .isEqualTo("400 target");
  }

  @Test
  void leavesUnknownPseudoFieldsForTheRules() {
    for (String name : new String[] {":protocol", ":status", ":METHOD", ":", ""}) {
      RequestHead head = HeadConversion.toRequest(
          http2(
              ":method",
              "GET",
              ":path",
              "/",
              ":scheme",
              "https",
              ":authority",
              "a.test",
              name,
              "x"),
          true);
      assertThat(Heads.refused(head)).as(name).isEqualTo("400 field-name");
    }
  }

  @Test
  void writesResponsesInLowerCase() {
    ResponseHead head = new ResponseHead(
        HttpResponseStatus.NOT_FOUND,
        Heads.fields("Content-Type", "text/plain", "X-A", "1", "x-a", "2"),
        Framing.LENGTH);
    Http2Headers headers = HeadConversion.toHttp2(head);
    assertThat(headers.status()).hasToString("404");
    assertThat(headers.names())
        .extracting(CharSequence::toString)
        .containsExactlyInAnyOrder(":status", "content-type", "x-a");
    assertThat(headers.getAll("x-a")).extracting(CharSequence::toString).containsExactly("1", "2");
    assertThat(HeadConversion.toHttp2Trailers(Heads.fields("X-Sum", "1")).get("x-sum"))
        .hasToString("1");
  }

  @Test
  void filtersTrailers() {
    assertThat(HeadConversion.toTrailers(
                http2(":status", "200", "", "x", "host", "b.test", "grpc-status", "0"))
            .names())
        .containsExactly("grpc-status");
  }
}
