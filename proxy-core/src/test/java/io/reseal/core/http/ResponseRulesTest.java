package io.reseal.core.http;

import static io.reseal.core.http.Heads.fields;
import static io.reseal.core.http.Heads.http1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.reseal.config.Limits;
import io.reseal.core.http.RequestHead.Framing;
import io.reseal.core.http.ResponseRules.Broken;
import io.reseal.core.http.ResponseRules.Checked;
import io.reseal.core.http.ResponseRules.Usable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ResponseRulesTest {
  private static final RequestHead GET = Heads.passed(http1("GET", "/"));
  private static final RequestHead HEAD = Heads.passed(http1("HEAD", "/"));
  private static final RequestHead UPGRADE =
      Heads.passed(http1("GET", "/", "Upgrade", "websocket", "Connection", "upgrade"));

  private static HttpResponse response(int status, String... namesAndValues) {
    return response(HttpVersion.HTTP_1_1, status, namesAndValues);
  }

  private static HttpResponse response(HttpVersion version, int status, String... namesAndValues) {
    return new DefaultHttpResponse(
        version, HttpResponseStatus.valueOf(status), fields(namesAndValues));
  }

  private static Usable usable(HttpResponse response, RequestHead request) {
    Checked checked = ResponseRules.check(response, request, Limits.DEFAULT);
    return checked instanceof Usable usable ? usable : fail(checked);
  }

  private static Usable fail(Checked checked) {
    throw new AssertionError(checked.toString());
  }

  private static String broken(HttpResponse response, RequestHead request) {
    Checked checked = ResponseRules.check(response, request, Limits.DEFAULT);
    return checked instanceof Broken broken ? broken.detail() : "usable";
  }

  @ParameterizedTest
  @CsvSource({
    "200, Content-Length, 7, LENGTH, false",
    "200, Content-Length, 0, NONE, false",
    "200, Transfer-Encoding, chunked, STREAMED, false",
    "200, X, y, STREAMED, true",
    "204, Content-Length, 7, NONE, false",
    "304, Content-Length, 7, NONE, false",
    "100, X, y, NONE, false",
    "103, Transfer-Encoding, chunked, NONE, false",
    "404, Content-Length, 7, LENGTH, false",
  })
  void findsTheFraming(int status, String name, String value, Framing framing, boolean untilClose) {
    Usable usable = usable(response(status, name, value), GET);
    assertThat(usable.head().framing()).isEqualTo(framing);
    assertThat(usable.untilClose()).isEqualTo(untilClose);
  }

  @Test
  void keepsTheLengthThatAHeadRequestAskedFor() {
    Usable usable = usable(response(200, "Content-Length", "7"), HEAD);
    assertThat(usable.head().isBodiless()).isTrue();
    assertThat(usable.head().fields().get("content-length")).isEqualTo("7");
    assertThat(usable(response(304, "Content-Length", "7"), GET).head().fields().size())
        .isEqualTo(1);
  }

  @Test
  void dropsALengthThatHasNoPlace() {
    assertThat(usable(response(204, "Content-Length", "7"), GET).head().fields().isEmpty())
        .isTrue();
    assertThat(usable(response(103, "Content-Length", "7"), GET).head().fields().isEmpty())
        .isTrue();
  }

  @Test
  void stripsTheConnection() {
    Usable usable = usable(
        response(200, "Connection", "close, X-A", "X-A", "1", "Transfer-Encoding", "chunked"), GET);
    assertThat(usable.head().fields().isEmpty()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "Content-Length, '7, 7'",
    "Content-Length, -1",
    "Content-Length, ''",
    "Transfer-Encoding, gzip",
    "Transfer-Encoding, 'gzip, chunked'",
    "Transfer-Encoding, identity",
    "'A b', x",
    "A, 'x\u0001'",
  })
  void refusesBrokenFields(String name, String value) {
    assertThat(broken(response(200, name, value), GET)).isNotEqualTo("usable");
  }

  @Test
  void refusesTwoFramings() {
    assertThat(broken(response(200, "Content-Length", "1", "Content-Length", "1"), GET))
        .contains("more than once");
    assertThat(broken(response(200, "Content-Length", "1", "Transfer-Encoding", "chunked"), GET))
        .contains("or both");
    assertThat(broken(response(HttpVersion.HTTP_1_0, 200, "Transfer-Encoding", "chunked"), GET))
        .contains("HTTP/1.0");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 99, 600, 999})
  void refusesStatusesOutOfRange(int status) {
    assertThat(broken(response(status), GET)).contains("status " + status);
  }

  @Test
  void refusesOtherVersions() {
    assertThat(broken(response(HttpVersion.valueOf("HTTP/2.0"), 200), GET)).contains("version");
  }

  @Test
  void switchesToWhatWasAskedForOnly() {
    assertThat(broken(response(101, "Upgrade", "websocket"), GET)).contains("no upgrade");
    assertThat(broken(response(101, "Upgrade", "other"), UPGRADE)).contains("another protocol");
    assertThat(broken(response(101), UPGRADE)).contains("another protocol");
    assertThat(usable(response(101, "Upgrade", "WebSocket"), UPGRADE).head().isBodiless())
        .isTrue();
  }

  @Test
  void boundsTheHead() {
    HttpResponse many = response(200);
    for (int i = 0; i <= Limits.DEFAULT.responseFields(); i++) {
      many.headers().add("a", "b");
    }
    assertThat(broken(many, GET)).contains("limits.responseFields");
    String value = "x".repeat(Limits.DEFAULT.responseHeadBytes());
    assertThat(broken(response(200, "a", value), GET)).contains("limits.responseHeadBytes");
  }

  @Test
  void dropsTrailersThatWouldChangeTheMessage() {
    HttpHeaders kept = ResponseRules.trailers(fields(
        "X-Sum", "1",
        "Content-Length", "1",
        "Transfer-Encoding", "chunked",
        "Host", "b.test",
        "Authorization", "x",
        "Set-Cookie", "a=b",
        "Cache-Control", "no-store",
        "If-Match", "x",
        "X-Forwarded-For", "10.0.0.1",
        "Forwarded", "for=10.0.0.1",
        "X-Real-IP", "10.0.0.1",
        "X-SSL-Client-Verify", "SUCCESS",
        "X_SSL_Client_DN", "CN=admin",
        "Client-Cert", ":AAAA:",
        "Client-Cert-Chain", ":AAAA:",
        "SSL-Client-Cert", "x",
        "bad name", "x",
        "X-Bad", "a\r\nb",
        "grpc-status", "0"));
    assertThat(kept.names()).containsExactlyInAnyOrder("X-Sum", "grpc-status");
  }
}
