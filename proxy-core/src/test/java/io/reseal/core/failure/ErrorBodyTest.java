package io.reseal.core.failure;

import static org.assertj.core.api.Assertions.assertThat;

import io.reseal.core.failure.ErrorBody.Form;
import io.reseal.core.failure.FailurePolicy.Answer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class ErrorBodyTest {
  private static final Answer ANSWER =
      new Answer(502, "tls_certificate_error", "expired", "the \"facts\" <\\>", "Mend & renew.");

  private static String rendered(Form form, boolean detailed) {
    byte[] body = new ErrorBody(ANSWER, detailed, "4f1c").render(form);
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
  })
  void followsTheAcceptField(String accept, Form form) {
    assertThat(Form.of(accept)).isEqualTo(form);
  }

  @Test
  void writesText() {
    assertThat(rendered(Form.TEXT, false)).isEqualTo("""
        502 The upstream cannot be used
        error: tls_certificate_error
        id: 4f1c
        """);
    assertThat(rendered(Form.TEXT, true)).isEqualTo("""
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
    assertThat(rendered(Form.PROBLEM, true)).isEqualTo("""
        {"type":"about:blank","title":"The upstream cannot be used","status":502,\
        "error":"tls_certificate_error","reason":"expired","detail":"the \\"facts\\" <\\\\>",\
        "advice":"Mend & renew.","id":"4f1c"}
        """);
    assertThat(rendered(Form.PROBLEM, false)).doesNotContain("expired", "facts", "advice");
  }

  @Test
  void writesPages() {
    assertThat(rendered(Form.HTML, true))
        .startsWith("<!doctype html>")
        .contains(
            "<title>502 The upstream cannot be used</title>",
            "<dd>the &quot;facts&quot; &lt;\\&gt;</dd>",
            "<dd>Mend &amp; renew.</dd>",
            "<dd>4f1c</dd>")
        .doesNotContain("%");
    assertThat(rendered(Form.HTML, false)).doesNotContain("expired", "facts", "advice");
  }

  @ParameterizedTest
  @EnumSource(Form.class)
  void leavesEmptyAdviceOut(Form form) {
    Answer answer = new Answer(404, "destination_not_found", "no_route", "facts", "");
    byte[] body = new ErrorBody(answer, true, "1").render(form);
    assertThat(new String(body, StandardCharsets.UTF_8))
        .contains("There is nothing here", "no_route")
        .doesNotContain("advice");
  }

  @ParameterizedTest
  @CsvSource({
    "400", "405", "408", "413", "414", "417", "421", "431", "500", "501", "503", "504", "505"
  })
  void hasATitleForEachStatus(int status) {
    byte[] body = new ErrorBody(new Answer(status, "e", "t", "", ""), false, "1").render(Form.TEXT);
    assertThat(new String(body, StandardCharsets.UTF_8))
        .startsWith(status + " T")
        .doesNotContain("The request failed");
  }
}
