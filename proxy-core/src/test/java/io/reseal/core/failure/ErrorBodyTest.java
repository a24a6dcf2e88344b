package io.reseal.core.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.core.failure.FailurePolicy.Answer;
import io.reseal.core.failure.TlsVerdict.Fact;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class ErrorBodyTest {
  private static final Answer ANSWER =
      new Answer(502, "tls_certificate_error", "expired", "the \"facts\" <\\>", "Mend & renew.");

  private static final List<Fact> FACTS =
      List.of(new Fact("issuer", "CN=\"<evil>\"\n"), new Fact("subject", "CN=a"));

  private static String rendered(ErrorForm form, boolean detailed) {
    byte[] body = new ErrorBody(ANSWER, FACTS, detailed, "4f1c").render(form);
    return new String(body, StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource({
    "'', TEXT",
    "*/*, TEXT",
    "text/plain, TEXT",
    "image/avif, TEXT",
    "application/json, PROBLEM",
    "application/problem+json, PROBLEM",
    "Application/JSON, PROBLEM",
    "application/vnd.api+json;q=0.9, PROBLEM",
    "text/html, HTML",
    "'text/html,application/xhtml+xml,*/*;q=0.8', HTML",
    "'text/html, application/json', HTML",
    "'application/json, text/html', PROBLEM",
    // The qualities decide, then how exactly a form is named.
    "'text/html;q=0.5, application/json', PROBLEM",
    "'text/html;q=0.5, application/json;q=0.4', HTML",
    "'text/html; Q=0.1 , application/problem+json ;q=0.2', PROBLEM",
    "'text/html;level=1;q=0.1, text/plain;q=0.2', TEXT",
    "'*/*;q=0.1, text/html;q=0', TEXT",
    "'application/json;q=0, */*', TEXT",
    "'text/plain;q=0, */*', HTML",
    "'text/*;q=0.3, application/*', PROBLEM",
    "'text/*, application/json;q=0.9', TEXT",
    "'*/*, text/html', HTML",
    "'application/xhtml+xml', HTML",
    "'text/html;q=2, application/json;q=0.1', PROBLEM",
    "'text/html;q=nonsense', TEXT",
    "'text/html;q=0', TEXT",
    "'html, ;;, /, */', TEXT",
  })
  void followsTheAcceptField(String accept, ErrorForm form) {
    assertThat(ErrorForm.of(accept)).isEqualTo(form);
  }

  @Test
  void writesText() {
    assertThat(rendered(ErrorForm.TEXT, false)).isEqualTo("""
        502 The upstream cannot be used
        error: tls_certificate_error
        id: 4f1c
        """);
    assertThat(rendered(ErrorForm.TEXT, true)).isEqualTo("""
        502 The upstream cannot be used
        error: tls_certificate_error
        reason: expired
        facts: the "facts" <\\>
        advice: Mend & renew.
        id: 4f1c
        """);
  }

  @Test
  void writesProblems() {
    assertThat(rendered(ErrorForm.PROBLEM, true)).isEqualTo("""
        {"type":"about:blank","title":"The upstream cannot be used","status":502,\
        "error":"tls_certificate_error","reason":"expired","detail":"the \\"facts\\" <\\\\>",\
        "advice":"Mend & renew.",\
        "facts":{"issuer":"CN=\\"<evil>\\"\\\\u000a","subject":"CN=a"},"id":"4f1c"}
        """);
    assertThat(rendered(ErrorForm.PROBLEM, false)).doesNotContain("expired", "facts", "advice");
  }

  @Test
  void writesPages() {
    assertThat(rendered(ErrorForm.HTML, true))
        .startsWith("<!doctype html>")
        .contains(
            "<title>502 The upstream cannot be used</title>",
            "<code>expired</code>",
            "<p>the &quot;facts&quot; &lt;\\&gt;</p>",
            "<p>Mend &amp; renew.</p>",
            "<dt>issuer</dt><dd>CN=&quot;&lt;evil&gt;&quot;\\u000a</dd>",
            "Error id <code>4f1c</code>");
    assertThat(rendered(ErrorForm.HTML, false))
        .contains("Error id <code>4f1c</code>", "could not prove who it is")
        .doesNotContain("expired", "facts", "mends it", "issuer", "evil");
  }

  /** Nothing is loaded, run or sent anywhere. */
  @Test
  void keepsPagesToThemselves() {
    assertThat(rendered(ErrorForm.HTML, true))
        .doesNotContain("<script", "<img", "<link", "<form", "http:", "https:", "url(", "style=\"");
    assertThat(ErrorPageStyle.POLICY).contains("default-src 'none'", "frame-ancestors 'none'");
  }

  @ParameterizedTest
  @CsvSource({
    "tls_certificate_error, Upstream",
    "connection_refused, Upstream",
    "http_request_error, You",
    "destination_not_found, Reseal",
    "proxy_internal_error, Reseal"
  })
  void saysWhereItBroke(String error, String station) {
    Answer answer = new Answer(500, error, "token", "", "");
    byte[] body = new ErrorBody(answer, List.of(), false, "1").render(ErrorForm.HTML);
    assertThat(new String(body, StandardCharsets.UTF_8))
        .containsOnlyOnce("it broke here")
        .contains("<span>" + station + "</span> <small>it broke here</small>");
  }

  @ParameterizedTest
  @EnumSource(ErrorForm.class)
  void leavesEmptyAdviceOut(ErrorForm form) {
    Answer answer = new Answer(404, "destination_not_found", "no_route", "facts", "");
    byte[] body = new ErrorBody(answer, List.of(), true, "1").render(form);
    assertThat(new String(body, StandardCharsets.UTF_8))
        .contains("There is nothing here", "no_route")
        .doesNotContain("advice", "mends it");
  }

  @ParameterizedTest
  @CsvSource({
    "400", "405", "408", "413", "414", "417", "421", "431", "500", "501", "503", "504", "505"
  })
  void hasATitleForEachStatus(int status) {
    byte[] body = new ErrorBody(new Answer(status, "e", "t", "", ""), List.of(), false, "1")
        .render(ErrorForm.TEXT);
    assertThat(new String(body, StandardCharsets.UTF_8))
        .startsWith(status + " T")
        .doesNotContain("The request failed");
  }
}
