package io.reseal.core.http;

import static io.reseal.core.http.Heads.fields;
import static io.reseal.core.http.Heads.http1;
import static io.reseal.core.http.Heads.http2;
import static io.reseal.core.http.Heads.refused;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.HttpHeaders;
import io.reseal.config.Limits;
import io.reseal.config.RequestPolicy;
import io.reseal.config.RequestPolicy.EncodedSlashes;
import io.reseal.config.RequestPolicy.RepeatedSlashes;
import io.reseal.config.RequestPolicy.UnderscoresInNames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FieldRulesTest {

  private static CanonicalRequest rules(UnderscoresInNames underscores) {
    return new CanonicalRequest(
        new RequestPolicy(EncodedSlashes.REJECT, RepeatedSlashes.MERGE, underscores),
        Limits.DEFAULT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " a", "a ", "a b", "a:", "(a)", "\u00fc", "a\0", "a\r\nb"})
  void refusesNamesThatAreNoTokens(String name) {
    assertThat(refused(http1("GET", "/", name, "x"))).isEqualTo("400 field-name");
    assertThat(refused(http2("GET", "/", name, "x"))).isEqualTo("400 field-name");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\0", "a\rb", "a\nb", "a\r\nb: c", "\u007f", "\u560d\u560a"})
  void refusesControlsInValues(String value) {
    assertThat(refused(http1("GET", "/", "x", value))).isEqualTo("400 field-value");
    assertThat(refused(http2("GET", "/", "x", value))).isEqualTo("400 field-value");
  }

  @ParameterizedTest
  @ValueSource(strings = {" a", "a ", "\ta", "a\t", " "})
  void refusesBlanksAroundValuesInHttp2(String value) {
    assertThat(refused(http2("GET", "/", "x", value))).isEqualTo("400 field-value");
    assertThat(refused(http1("GET", "/", "x", value))).isEqualTo("passed");
  }

  @Test
  void refusesUpperCaseNamesInHttp2() {
    assertThat(refused(http2("GET", "/", "Accept", "x"))).isEqualTo("400 field-name");
  }

  @ParameterizedTest
  @CsvSource({
    "connection, close",
    "keep-alive, timeout=5",
    "proxy-connection, close",
    "transfer-encoding, chunked",
    "upgrade, websocket",
    "http2-settings, AA",
  })
  void refusesConnectionFieldsInHttp2(String name, String value) {
    assertThat(refused(http2("GET", "/", name, value))).isEqualTo("400 connection-field");
  }

  @Test
  void acceptsOnlyTrailersInTeOfHttp2() {
    assertThat(refused(http2("GET", "/", "te", "trailers"))).isEqualTo("passed");
    assertThat(refused(http2("GET", "/", "te", "gzip"))).isEqualTo("400 te");
    assertThat(refused(http2("GET", "/", "te", "trailers, gzip"))).isEqualTo("400 te");
  }

  @Test
  void treatsUnderscoresAsThePolicySays() {
    assertThat(refused(http1("GET", "/", "x_a", "1"), rules(UnderscoresInNames.REJECT)))
        .isEqualTo("400 underscore");
    RequestHead dropped = Heads.passed(
        http1("GET", "/", "x_a", "1", "X_A", "2", "b", "3"), rules(UnderscoresInNames.DROP));
    assertThat(dropped.fields().names()).containsExactlyInAnyOrder("Host", "b");
    RequestHead kept =
        Heads.passed(http1("GET", "/", "x_a", "1"), rules(UnderscoresInNames.FORWARD));
    assertThat(kept.fields().contains("x_a")).isTrue();
  }

  /** What is dropped must not frame: the check comes before anything is read from the fields. */
  @Test
  void droppedFieldsDecideNothing() {
    HttpHeaders fields = fields("Host", "a.test", "Content_Length", "5", "Transfer_Encoding", "x");
    RequestHead head = Heads.bare(RequestHead.Version.HTTP_1_1, "GET", "/", fields);
    assertThat(Heads.passed(head, rules(UnderscoresInNames.DROP)).framing())
        .isEqualTo(RequestHead.Framing.NONE);
    assertThat(head.fields().names()).containsExactly("Host");
  }
}
