package io.reseal.core.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.reseal.core.failure.Failure.ClientGone;
import io.reseal.core.failure.Failure.ConnectFailed;
import io.reseal.core.failure.Failure.ConnectFault;
import io.reseal.core.failure.Failure.Internal;
import io.reseal.core.failure.Failure.Misdirected;
import io.reseal.core.failure.Failure.NoRoute;
import io.reseal.core.failure.Failure.Overloaded;
import io.reseal.core.failure.Failure.RequestRejected;
import io.reseal.core.failure.Failure.TimeoutPhase;
import io.reseal.core.failure.Failure.TlsFailed;
import io.reseal.core.failure.Failure.UpstreamBroken;
import io.reseal.core.failure.Failure.UpstreamFault;
import io.reseal.core.failure.Failure.UpstreamTimedOut;
import io.reseal.core.failure.FailurePolicy.Answer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

final class FailurePolicyTest {
  private static final String HOSTILE = "a\r\nSet-Cookie: x=1\t\"<b>\\\u00fc\u202e\0\u007f\"";

  /** The error types that RFC 9209 section 2.3 registers. */
  private static final Set<String> REGISTERED = Set.of(
      "dns_timeout",
      "dns_error",
      "destination_not_found",
      "destination_unavailable",
      "destination_ip_prohibited",
      "destination_ip_unroutable",
      "connection_refused",
      "connection_terminated",
      "connection_timeout",
      "connection_read_timeout",
      "connection_write_timeout",
      "connection_limit_reached",
      "tls_protocol_error",
      "tls_certificate_error",
      "tls_alert_received",
      "http_request_error",
      "http_request_denied",
      "http_response_incomplete",
      "http_response_header_section_size",
      "http_response_header_size",
      "http_response_body_size",
      "http_response_trailer_section_size",
      "http_response_trailer_size",
      "http_response_transfer_coding",
      "http_response_content_coding",
      "http_response_timeout",
      "http_upgrade_failed",
      "http_protocol_error",
      "proxy_internal_response",
      "proxy_internal_error",
      "proxy_configuration_error",
      "proxy_loop_detected");

  /** {@code reseal; error=<token>; details="<string>"} with nothing but printable ASCII. */
  private static final Pattern PROXY_STATUS =
      Pattern.compile("reseal; error=([a-z_]+); details=\"((?:[ !#-\\[\\]-~]|\\\\[\"\\\\])*)\"");

  private static Arguments row(Failure failure, int status, String error, String token) {
    return arguments(failure, status, error, token);
  }

  private static Failure connect(ConnectFault fault) {
    return new ConnectFailed(fault, "shop", "10.0.0.7:8443", "why");
  }

  private static Failure timedOut(TimeoutPhase phase) {
    return new UpstreamTimedOut(phase, "shop", "10.0.0.7:8443", Duration.ofMillis(1500));
  }

  private static Failure broken(UpstreamFault fault) {
    return new UpstreamBroken(fault, "shop", "10.0.0.7:8443", "why");
  }

  private static TlsFailed tls(TlsVerdict.Reason reason) {
    return new TlsFailed(
        new TlsVerdict(reason, "the facts", "Mend it.", List.of()), "shop", "10.0.0.7:8443");
  }

  static Stream<Arguments> table() {
    return Stream.of(
        row(new RequestRejected(400, "host", "why"), 400, "http_request_error", "host"),
        row(
            new RequestRejected(431, "head-too-large", "x"),
            431,
            "http_request_error",
            "head-too-large"),
        row(new Misdirected("a.test", "b.test"), 421, "http_request_denied", "misdirected"),
        row(new NoRoute("a.test", "/x"), 404, "destination_not_found", "no_route"),
        row(new Overloaded("limits.x", "open=8"), 503, "connection_limit_reached", "limit_reached"),
        row(connect(ConnectFault.NAME_NOT_RESOLVED), 502, "dns_error", "name_not_resolved"),
        row(connect(ConnectFault.RESOLVE_TIMED_OUT), 504, "dns_timeout", "resolve_timed_out"),
        row(connect(ConnectFault.REFUSED), 502, "connection_refused", "refused"),
        row(connect(ConnectFault.TIMED_OUT), 504, "connection_timeout", "timed_out"),
        row(connect(ConnectFault.UNREACHABLE), 502, "destination_ip_unroutable", "unreachable"),
        row(
            connect(ConnectFault.OUT_OF_RESOURCES),
            503,
            "connection_limit_reached",
            "out_of_resources"),
        row(connect(ConnectFault.NO_LOCAL_PORT), 503, "connection_limit_reached", "no_local_port"),
        row(tls(TlsVerdict.Reason.EXPIRED), 502, "tls_certificate_error", "expired"),
        row(
            timedOut(TimeoutPhase.TLS_HANDSHAKE),
            504,
            "connection_timeout",
            "tls_handshake_timeout"),
        row(
            timedOut(TimeoutPhase.RESPONSE_HEAD),
            504,
            "http_response_timeout",
            "response_head_timeout"),
        row(
            timedOut(TimeoutPhase.RESPONSE_BODY),
            504,
            "http_response_timeout",
            "response_body_timeout"),
        row(
            timedOut(TimeoutPhase.REQUEST_BODY),
            504,
            "connection_write_timeout",
            "request_body_timeout"),
        row(
            broken(UpstreamFault.CLOSED_BEFORE_RESPONSE),
            502,
            "connection_terminated",
            "closed_before_response"),
        row(
            broken(UpstreamFault.CLOSED_IN_HEAD),
            502,
            "http_response_incomplete",
            "closed_in_head"),
        row(
            broken(UpstreamFault.CLOSED_IN_BODY),
            502,
            "http_response_incomplete",
            "closed_in_body"),
        row(broken(UpstreamFault.INVALID_RESPONSE), 502, "http_protocol_error", "invalid_response"),
        row(
            broken(UpstreamFault.HEAD_TOO_LARGE),
            502,
            "http_response_header_section_size",
            "head_too_large"),
        row(
            broken(UpstreamFault.TOO_MANY_FIELDS),
            502,
            "http_response_header_section_size",
            "too_many_fields"),
        row(broken(UpstreamFault.UPGRADE_MISMATCH), 502, "http_upgrade_failed", "upgrade_mismatch"),
        row(new ClientGone("closed"), 499, "http_request_error", "client_gone"),
        row(new Internal("a bug"), 500, "proxy_internal_error", "internal"));
  }

  @ParameterizedTest
  @MethodSource("table")
  void answersEachFailure(Failure failure, int status, String error, String token) {
    Answer answer = FailurePolicy.answer(failure);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.error()).isEqualTo(error).isIn(REGISTERED);
    assertThat(answer.token()).isEqualTo(token);
    assertThat(FailurePolicy.token(failure)).isEqualTo(token);
    assertThat(FailurePolicy.logLine(failure))
        .startsWith("%d %s (%s): ".formatted(status, token, error))
        .contains(answer.detail());
  }

  @Test
  void theTableIsWhole() {
    Set<Class<?>> kinds =
        table().map(row -> row.get()[0].getClass()).collect(Collectors.toUnmodifiableSet());
    assertThat(kinds).containsExactlyInAnyOrder(Failure.class.getPermittedSubclasses());
    List<String> tokens = table().map(row -> String.valueOf(row.get()[3])).toList();
    for (ConnectFault fault : ConnectFault.values()) {
      assertThat(tokens).contains(fault.name().toLowerCase(Locale.ROOT));
    }
    for (UpstreamFault fault : UpstreamFault.values()) {
      assertThat(tokens).contains(fault.name().toLowerCase(Locale.ROOT));
    }
    for (TimeoutPhase phase : TimeoutPhase.values()) {
      assertThat(tokens).contains(phase.name().toLowerCase(Locale.ROOT) + "_timeout");
    }
  }

  @ParameterizedTest
  @EnumSource(TlsVerdict.Reason.class)
  void answersEachTlsVerdict(TlsVerdict.Reason reason) {
    Answer answer = FailurePolicy.answer(tls(reason));
    String error = switch (reason) {
      case ALERT_RECEIVED,
          SERVER_NAME_REJECTED,
          SERVER_CERTIFICATE_REFUSED,
          CLIENT_CERTIFICATE_REQUIRED,
          CLIENT_CERTIFICATE_REFUSED -> "tls_alert_received";
      case HANDSHAKE_TIMED_OUT -> "connection_timeout";
      case PLAINTEXT_ON_TLS_PORT,
          TLS_ON_CLEARTEXT_PORT,
          NOT_A_CLIENT_HELLO,
          MALFORMED_CLIENT_HELLO,
          CLIENT_HELLO_TOO_LARGE,
          UNKNOWN_SERVER_NAME,
          LISTENER_GONE,
          PROTOCOL_MISMATCH,
          CIPHER_MISMATCH,
          ALPN_MISMATCH,
          CLOSED_IN_HANDSHAKE,
          HANDSHAKE_FAILED -> "tls_protocol_error";
      default -> "tls_certificate_error";
    };
    assertThat(answer.error()).isEqualTo(error).isIn(REGISTERED);
    assertThat(answer.status())
        .isEqualTo(reason == TlsVerdict.Reason.HANDSHAKE_TIMED_OUT ? 504 : 502);
    assertThat(answer.token()).isEqualTo(reason.token());
    assertThat(answer.detail()).contains("shop", "10.0.0.7:8443", "the facts");
    assertThat(answer.advice()).isEqualTo("Mend it.");
    assertThat(FailurePolicy.logLine(tls(reason))).endsWith("the facts. Mend it.");
  }

  // ---- who is told what

  @ParameterizedTest
  @MethodSource("table")
  void tellsStrangersTheTypeAndTheId(Failure failure, int status, String error, String token) {
    ErrorResponse response = FailurePolicy.render(failure, "", /* trusted= */ false, "4f1c");
    assertThat(response.status()).isEqualTo(status);
    assertThat(body(response)).contains(error, "4f1c");
    if (!(failure instanceof RequestRejected)) {
      assertThat(response.proxyStatus())
          .isEqualTo("reseal; error=" + error + "; details=\"id 4f1c\"");
      assertThat(body(response)).doesNotContain("shop", "10.0.0.7", "why", "facts", "advice");
    }
  }

  @ParameterizedTest
  @MethodSource("table")
  void tellsTrustedClientsTheFacts(Failure failure, int status, String error, String token) {
    ErrorResponse response = FailurePolicy.render(failure, "", /* trusted= */ true, "4f1c");
    String detail = FailurePolicy.answer(failure).detail();
    assertThat(details(response)).isEqualTo(token + ": " + detail);
    assertThat(body(response))
        .contains("error: " + error, "reason: " + token, "facts: " + detail, "id: 4f1c");
  }

  @Test
  void tellsEverybodyWhatIsWrongWithHisOwnRequest() {
    Failure failure = new RequestRejected(400, "host", "more than one Host field");
    ErrorResponse response = FailurePolicy.render(failure, "", /* trusted= */ false, "4f1c");
    assertThat(response.proxyStatus())
        .isEqualTo("reseal; error=http_request_error; details=\"host; id 4f1c\"");
    assertThat(body(response)).contains("more than one Host field");
  }

  @Test
  void addsTheFieldsOfTheStatus() {
    Failure busy = new Overloaded("limits.x", "open=8");
    assertThat(FailurePolicy.render(busy, "", false, "1").extraFields())
        .containsOnlyKeys("retry-after", "x-content-type-options");
    Failure trace = new RequestRejected(405, "trace", "TRACE is not served");
    assertThat(FailurePolicy.render(trace, "", false, "1").extraFields())
        .containsOnlyKeys("allow", "x-content-type-options");
    assertThat(FailurePolicy.render(new Internal("x"), "", false, "1").extraFields())
        .containsOnlyKeys("x-content-type-options");
    assertThat(FailurePolicy.render(new Internal("x"), "text/html", false, "1").extraFields())
        .containsOnlyKeys("content-security-policy", "referrer-policy", "x-content-type-options");
  }

  // ---- hostile text

  static Stream<Failure> hostile() {
    return Stream.of(
        new RequestRejected(400, "host", HOSTILE),
        new Misdirected(HOSTILE, HOSTILE),
        new NoRoute(HOSTILE, HOSTILE),
        new Overloaded("limits.x", HOSTILE),
        new ConnectFailed(ConnectFault.REFUSED, "shop", "10.0.0.7:1", HOSTILE),
        new TlsFailed(
            new TlsVerdict(TlsVerdict.Reason.NAME_MISMATCH, HOSTILE, HOSTILE, List.of()), "a", "b"),
        new UpstreamBroken(UpstreamFault.INVALID_RESPONSE, "shop", "10.0.0.7:1", HOSTILE),
        new ClientGone(HOSTILE),
        new Internal(HOSTILE));
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void quotesHostileTextOnce(Failure failure) {
    String escaped = "a\\u000d\\u000aSet-Cookie: x=1\\u0009\"<b>\\\\\\u00fc\\u202e\\u0000\\u007f\"";
    ErrorResponse response = FailurePolicy.render(failure, "", /* trusted= */ true, "1");
    assertThat(details(response)).contains(escaped);
    assertThat(body(response)).contains(escaped).matches("[ -~\n]*");
    assertThat(FailurePolicy.logLine(failure)).contains(escaped).matches("[ -~]*");
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void writesHostileTextAsHtml(Failure failure) {
    ErrorResponse response = FailurePolicy.render(failure, "text/html", /* trusted= */ true, "1");
    String told = body(response);
    told = told.substring(told.indexOf("</ol>"), told.indexOf("<footer>"));
    assertThat(told.replaceAll("</?(ol|section|h2|p|code)( class=\"[a-z]+\")?>", ""))
        .doesNotContain("<", ">", "\"")
        .contains("&lt;b&gt;");
  }

  @ParameterizedTest
  @MethodSource("hostile")
  void writesHostileTextAsJson(Failure failure) {
    ErrorResponse response =
        FailurePolicy.render(failure, "application/json", /* trusted= */ true, "1");
    Matcher detail =
        Pattern.compile("\"detail\":\"((?:[^\"\\\\]|\\\\[\"\\\\])*)\"[,}]").matcher(body(response));
    assertThat(detail.find()).as(body(response)).isTrue();
    assertThat(unescaped(detail.group(1)))
        .isEqualTo(FailurePolicy.answer(failure).detail());
  }

  @Test
  void boundsTheText() {
    String endless = "x".repeat(100_000);
    assertThat(FailurePolicy.answer(new NoRoute("a.test", endless)).detail()).hasSizeLessThan(200);
    assertThat(FailurePolicy.answer(new Internal(endless)).detail()).hasSizeLessThan(700);
    TlsVerdict verdict =
        new TlsVerdict(TlsVerdict.Reason.NAME_MISMATCH, endless, endless, List.of());
    Answer answer = FailurePolicy.answer(new TlsFailed(verdict, "shop", "10.0.0.7:8443"));
    assertThat(answer.detail()).hasSizeLessThan(700);
    assertThat(answer.advice()).hasSizeLessThan(700);
  }

  private static String body(ErrorResponse response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }

  /** The details of a Proxy-Status field, which must be well formed. */
  private static String details(ErrorResponse response) {
    Matcher matcher = PROXY_STATUS.matcher(response.proxyStatus());
    assertThat(matcher.matches()).as(response.proxyStatus()).isTrue();
    return unescaped(matcher.group(2));
  }

  private static String unescaped(String text) {
    return text.replaceAll("\\\\(.)", "$1");
  }
}
