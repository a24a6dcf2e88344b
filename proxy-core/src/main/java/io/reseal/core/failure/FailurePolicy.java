package io.reseal.core.failure;

import io.reseal.core.failure.Failure.ClientGone;
import io.reseal.core.failure.Failure.ConnectFailed;
import io.reseal.core.failure.Failure.Internal;
import io.reseal.core.failure.Failure.Misdirected;
import io.reseal.core.failure.Failure.NoRoute;
import io.reseal.core.failure.Failure.Overloaded;
import io.reseal.core.failure.Failure.RequestRejected;
import io.reseal.core.failure.Failure.TlsFailed;
import io.reseal.core.failure.Failure.UpstreamBroken;
import io.reseal.core.failure.Failure.UpstreamTimedOut;
import io.reseal.core.failure.TlsVerdict.Reason;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The single table from a {@link Failure} to what is said of it: the status, the error type of RFC
 * 9209 section 2.3, and the facts. Clients in trusted networks are told the facts; others the type
 * and an id that is in the log.
 */
public final class FailurePolicy {
  private static final int MOST_DETAIL = 600;
  private static final int MOST_FACT = 300;
  private static final String TLS_ON_CLEARTEXT = Reason.TLS_ON_CLEARTEXT_PORT.token();
  private static final String USE_HTTP =
      "Use http:// on this port, or the port of a listener with TLS; or give this listener tls: {}.";

  /** What advice calls the endpoint that it is about. */
  private static final String ENDPOINT = "HOST:PORT";

  private FailurePolicy() {}

  /**
   * What is said of a failure.
   *
   * @param error the registered error type
   * @param token the exact reason, from a closed set
   * @param detail the facts, escaped
   * @param advice what mends it, or empty
   */
  public record Answer(int status, String error, String token, String detail, String advice) {
    private Answer advised(String text) {
      return new Answer(status, error, token, detail, PeerText.escape(text, MOST_DETAIL));
    }
  }

  public static Answer answer(Failure failure) {
    return switch (failure) {
      case RequestRejected(int status, String rule, String detail) ->
        answer(status, "http_request_error", rule, detail)
            .advised(rule.equals(TLS_ON_CLEARTEXT) ? USE_HTTP : "");
      case Misdirected(String serverName, String authority) ->
        new Answer(
            421,
            "http_request_denied",
            "misdirected",
            serverName.equals(authority)
                ? "what clients of \"%s\" must prove by certificates has changed since this"
                        .formatted(PeerText.quote(serverName))
                    + " connection was made"
                : "a connection for server name \"%s\" cannot carry requests for \"%s\""
                    .formatted(PeerText.quote(serverName), PeerText.quote(authority)),
            "");
      case NoRoute(String host, String path) ->
        new Answer(
            404,
            "destination_not_found",
            "no_route",
            "no route for host \"%s\" and path \"%s\""
                .formatted(PeerText.quote(host), PeerText.quote(path)),
            "");
      case Overloaded(String limit, String detail) ->
        answer(503, "connection_limit_reached", "limit_reached", limit + ": " + detail);
      case ConnectFailed connect -> connect(connect);
      case TlsFailed tls -> tls(tls);
      case UpstreamTimedOut timeout -> timeout(timeout);
      case UpstreamBroken broken -> broken(broken);
      case ClientGone(String detail) -> answer(499, "http_request_error", "client_gone", detail);
      case Internal(String detail) ->
        answer(500, "proxy_internal_error", "internal", detail)
            .advised("Only this request or connection is lost. Please report it with this line.");
    };
  }

  /** The exact reason of a failure, from a closed set: a metric label. Allocates nothing. */
  public static String token(Failure failure) {
    return switch (failure) {
      case RequestRejected rejected -> rejected.rule();
      case Misdirected ignored -> "misdirected";
      case NoRoute ignored -> "no_route";
      case Overloaded ignored -> "limit_reached";
      case ConnectFailed connect -> connect.fault().token();
      case TlsFailed tls -> tls.verdict().reason().token();
      case UpstreamTimedOut timeout -> timeout.phase().token();
      case UpstreamBroken broken -> broken.fault().token();
      case ClientGone ignored -> "client_gone";
      case Internal ignored -> "internal";
    };
  }

  /** The upstream's name where the failure is about one, else empty. Allocates nothing. */
  public static String upstream(Failure failure) {
    return switch (failure) {
      case ConnectFailed connect -> connect.upstream();
      case TlsFailed tls -> tls.upstream();
      case UpstreamTimedOut timeout -> timeout.upstream();
      case UpstreamBroken broken -> broken.upstream();
      case RequestRejected ignored -> "";
      case Misdirected ignored -> "";
      case NoRoute ignored -> "";
      case Overloaded ignored -> "";
      case ClientGone ignored -> "";
      case Internal ignored -> "";
    };
  }

  /** An answer whose detail is escaped here, all of it, and so must not be before. */
  private static Answer answer(int status, String error, String token, String detail) {
    return new Answer(status, error, token, PeerText.escape(detail, MOST_DETAIL), "");
  }

  private static Answer connect(ConnectFailed connect) {
    String detail = "upstream \"%s\", endpoint %s: %s"
        .formatted(connect.upstream(), connect.endpoint(), connect.detail());
    String token = connect.fault().token();
    Answer answer = switch (connect.fault()) {
      case NAME_NOT_RESOLVED -> answer(502, "dns_error", token, detail);
      case RESOLVE_TIMED_OUT -> answer(504, "dns_timeout", token, detail);
      case REFUSED -> answer(502, "connection_refused", token, detail);
      case TIMED_OUT -> answer(504, "connection_timeout", token, detail);
      case UNREACHABLE -> answer(502, "destination_ip_unroutable", token, detail);
      case OUT_OF_RESOURCES, NO_LOCAL_PORT ->
        answer(503, "connection_limit_reached", token, detail);
    };
    return answer.advised(advice(connect));
  }

  private static String advice(ConnectFailed connect) {
    String endpoint = connect.endpoint();
    int colon = endpoint.lastIndexOf(':');
    String host = colon < 0 ? endpoint : endpoint.substring(0, colon);
    return switch (connect.fault()) {
      case NAME_NOT_RESOLVED, RESOLVE_TIMED_OUT ->
        "Check the name and the name servers of this machine: getent hosts " + host;
      case REFUSED -> "Nobody listens there: start the upstream, or correct the port.";
      case TIMED_OUT, UNREACHABLE ->
        "Check the address, routes and firewalls: nc -vz " + host + " "
            + endpoint.substring(colon + 1);
      case OUT_OF_RESOURCES -> "Raise the limit of open files: ulimit -n";
      case NO_LOCAL_PORT ->
        "Every local port for it is in use, or this machine has no address of its family"
            + " (EADDRNOTAVAIL): widen net.ipv4.ip_local_port_range, lower"
            + " limits.upstreamConnections, or give the upstream more endpoints.";
    };
  }

  private static Answer tls(TlsFailed tls) {
    TlsVerdict verdict = tls.verdict();
    String error = switch (verdict.reason()) {
      case ALERT_RECEIVED,
          SERVER_NAME_REJECTED,
          SERVER_CERTIFICATE_REFUSED,
          CLIENT_CERTIFICATE_REQUIRED,
          CLIENT_CERTIFICATE_REFUSED -> "tls_alert_received";
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
      case HANDSHAKE_TIMED_OUT -> "connection_timeout";
      default -> "tls_certificate_error";
    };
    int status = verdict.reason() == TlsVerdict.Reason.HANDSHAKE_TIMED_OUT ? 504 : 502;
    String detail = "upstream \"%s\", endpoint %s: %s"
        .formatted(tls.upstream(), tls.endpoint(), verdict.detail());
    return new Answer(
        status,
        error,
        verdict.reason().token(),
        PeerText.escape(detail, MOST_DETAIL),
        PeerText.escape(verdict.advice().replace(ENDPOINT, tls.endpoint()), MOST_DETAIL));
  }

  private static Answer timeout(UpstreamTimedOut timeout) {
    String phase = timeout.phase().name().toLowerCase(Locale.ROOT);
    String detail = "upstream \"%s\", endpoint %s: %s not within %d ms"
        .formatted(
            timeout.upstream(),
            timeout.endpoint(),
            phase.replace('_', ' '),
            timeout.after().toMillis());
    String error = switch (timeout.phase()) {
      case TLS_HANDSHAKE -> "connection_timeout";
      case RESPONSE_HEAD, RESPONSE_BODY -> "http_response_timeout";
      case REQUEST_BODY -> "connection_write_timeout";
    };
    return answer(504, error, timeout.phase().token(), detail);
  }

  private static Answer broken(UpstreamBroken broken) {
    String detail = "upstream \"%s\", endpoint %s: %s"
        .formatted(broken.upstream(), broken.endpoint(), broken.detail());
    String error = switch (broken.fault()) {
      case CLOSED_BEFORE_RESPONSE -> "connection_terminated";
      case CLOSED_IN_HEAD, CLOSED_IN_BODY -> "http_response_incomplete";
      case INVALID_RESPONSE -> "http_protocol_error";
      case HEAD_TOO_LARGE, TOO_MANY_FIELDS -> "http_response_header_section_size";
      case UPGRADE_MISMATCH -> "http_upgrade_failed";
    };
    return answer(502, error, broken.fault().token(), detail);
  }

  /** One line with every fact, for the log. */
  public static String logLine(Failure failure) {
    Answer answer = answer(failure);
    String line = "%d %s (%s): %s"
        .formatted(answer.status(), answer.token(), answer.error(), answer.detail());
    String advised = answer.advice().isEmpty() ? line : line + ". " + answer.advice();
    return failure instanceof TlsFailed tls ? advised + facts(tls.verdict().facts()) : advised;
  }

  private static List<TlsVerdict.Fact> factsOf(Failure failure) {
    return failure instanceof TlsFailed tls ? tls.verdict().facts() : List.of();
  }

  /** Facts at the end of a line of the log, escaped; empty for none. */
  static String facts(List<TlsVerdict.Fact> all) {
    if (all.isEmpty()) {
      return "";
    }
    StringBuilder facts = new StringBuilder(512);
    for (TlsVerdict.Fact fact : all) {
      facts
          .append(facts.isEmpty() ? " [" : "; ")
          .append(fact.name())
          .append(": ")
          .append(PeerText.escape(fact.value(), MOST_FACT));
    }
    return facts.append(']').toString();
  }

  /**
   * The response to a client.
   *
   * @param accept the request's Accept field, or empty
   * @param trusted whether the client may be told the facts
   * @param errorId what finds the failure in the log
   */
  public static ErrorResponse render(
      Failure failure, String accept, boolean trusted, String errorId) {
    Answer answer = answer(failure);
    boolean ownRequest = failure instanceof RequestRejected;
    ErrorBody body = new ErrorBody(answer, factsOf(failure), trusted || ownRequest, errorId);
    String details = trusted
        ? answer.token() + ": " + answer.detail()
        : (ownRequest ? answer.token() + "; " : "") + "id " + errorId;
    String proxyStatus =
        "reseal; error=" + answer.error() + "; details=\"" + structured(details) + "\"";
    ErrorForm form = ErrorForm.of(accept);
    Map<String, String> extra = new HashMap<>(Map.of("x-content-type-options", "nosniff"));
    switch (answer.status()) {
      case 503 -> extra.put("retry-after", "1");
      case 405 -> extra.put("allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
      default -> {}
    }
    if (form == ErrorForm.HTML) {
      extra.put("content-security-policy", ErrorPageStyle.POLICY);
      extra.put("referrer-policy", "no-referrer");
    }
    return new ErrorResponse(
        answer.status(), form.contentType(), body.render(form), proxyStatus, extra);
  }

  /** RFC 8941 section 3.3.3: quotes and backslashes are escaped; all else is ASCII by now. */
  private static String structured(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"");
  }
}
