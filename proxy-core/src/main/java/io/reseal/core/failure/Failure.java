package io.reseal.core.failure;

import java.time.Duration;
import java.util.Locale;

/**
 * Why an exchange or a connection failed. A value, not an exception: it is made once, where the
 * facts are known, and {@link FailurePolicy} alone turns it into what client, log and metric see.
 *
 * <p>Text components may quote peers; they are escaped and cut where they are shown, not here.
 */
public sealed interface Failure {

  /**
   * The client's request breaks a rule; nothing of it was forwarded, or what was has been broken
   * off.
   *
   * @param status the HTTP status: 400, 405, 408, 413, 414, 417, 431, 501 or 505
   * @param rule the rule, as a short token from a closed set: a metric label
   * @param detail what was found and what was expected
   */
  record RequestRejected(int status, String rule, String detail) implements Failure {}

  /**
   * The request's authority belongs to another policy than the connection's server name: 421.
   *
   * @param serverName the server name of the connection, empty for none
   * @param authority the host that the request names
   */
  record Misdirected(String serverName, String authority) implements Failure {}

  /** No route is for this host and path: 404. */
  record NoRoute(String host, String path) implements Failure {}

  /**
   * A limit is reached: 503.
   *
   * @param limit the limit's name in the configuration
   * @param detail the state, as in "open=8, waiting=3, limit=8"
   */
  record Overloaded(String limit, String detail) implements Failure {}

  /** No connection to the upstream came about. */
  record ConnectFailed(ConnectFault fault, String upstream, String endpoint, String detail)
      implements Failure {}

  /** The TLS handshake with the upstream failed, or its certificate was not accepted. */
  record TlsFailed(TlsVerdict verdict, String upstream, String endpoint) implements Failure {}

  /** The upstream was connected, and took too long. */
  record UpstreamTimedOut(TimeoutPhase phase, String upstream, String endpoint, Duration after)
      implements Failure {}

  /** The upstream's answer is broken or unusable. */
  record UpstreamBroken(UpstreamFault fault, String upstream, String endpoint, String detail)
      implements Failure {}

  /** The client went away or broke its request off; nobody is left to answer. */
  record ClientGone(String detail) implements Failure {}

  /** A mistake of ours: 500. */
  record Internal(String detail) implements Failure {}

  /** Why no connection came about. */
  enum ConnectFault {
    /** The endpoint's name could not be resolved. */
    NAME_NOT_RESOLVED,
    /** The lookup of the endpoint's name took too long. */
    RESOLVE_TIMED_OUT,
    /** Nobody listens there. */
    REFUSED,
    /** No answer within the connect timeout. */
    TIMED_OUT,
    /** No route, or the network said no. */
    UNREACHABLE,
    /** This process may open no further file. */
    OUT_OF_RESOURCES,
    /** Every local port for connections to that address is taken. */
    NO_LOCAL_PORT;

    private final String token = name().toLowerCase(Locale.ROOT);

    /** The constant as a metric label and log token. */
    public String token() {
      return token;
    }
  }

  /** What the proxy was waiting for. */
  enum TimeoutPhase {
    TLS_HANDSHAKE,
    RESPONSE_HEAD,
    RESPONSE_BODY,
    REQUEST_BODY;

    private final String token = name().toLowerCase(Locale.ROOT) + "_timeout";

    /** The constant as a metric label and log token. */
    public String token() {
      return token;
    }
  }

  /** How an upstream's answer is broken. */
  enum UpstreamFault {
    /** Closed or reset before a byte of the response. */
    CLOSED_BEFORE_RESPONSE,
    /** Closed or reset within the response head. */
    CLOSED_IN_HEAD,
    /** Closed or reset within the response body. */
    CLOSED_IN_BODY,
    /** Not HTTP, or HTTP that breaks a rule. */
    INVALID_RESPONSE,
    /** A head, or trailers, of more bytes than the limit. */
    HEAD_TOO_LARGE,
    /** A head of more fields than the limit. */
    TOO_MANY_FIELDS,
    /** An upgrade that was not asked for, or to another protocol. */
    UPGRADE_MISMATCH;

    private final String token = name().toLowerCase(Locale.ROOT);

    /** The constant as a metric label and log token. */
    public String token() {
      return token;
    }
  }
}
