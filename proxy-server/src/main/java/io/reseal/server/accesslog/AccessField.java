package io.reseal.server.accesslog;

/**
 * What a line of the access log may say, in the order of a line, which begins with the first. Fields
 * of a group stand together: in JSON they are members of an object, in text their keys begin with
 * the group's name and a dot.
 */
enum AccessField {
  TIME("time", "when the request's head, or the ClientHello, was there: RFC 3339, UTC"),
  KIND(
      "kind",
      "`passthrough`, or `upgrade` for what follows an exchange with 101; exchanges have none"),
  ID("id", "the id in error responses, in the log of failures and, if set, in `X-Request-Id`"),
  TRACE("traceId", "the trace, where traces are started"),
  SPAN("spanId", "the span of this exchange"),
  LISTENER("listener", "the listener's name"),
  CLIENT_IP("client", "ip", "the client's IP address"),
  CLIENT_PORT("client", "port", "its port"),
  CLIENT_TLS("client", "tls", "TLS version with the client; none for cleartext"),
  CLIENT_CIPHER("client", "cipher", "cipher suite with the client"),
  CLIENT_GROUP("client", "group", "named group of its key exchange"),
  CLIENT_RESUMED("client", "resumed", "there where its session was resumed"),
  CLIENT_IDENTITY("client", "identity", "whom the client's certificate names"),
  CLIENT_ALPN(
      "client",
      "alpn",
      "application protocol that ALPN chose, where it is not `protocol`; `\"\"` where there was no ALPN"),
  CLIENT_SNI(
      "client",
      "sni",
      "server name that the client asked for, where it is not `host`; `\"\"` where it named none"),
  PROTOCOL("protocol", "`http/1.0`, `http/1.1`, `h2`; of an upgrade the protocol agreed"),
  METHOD("method", "the request's method"),
  HOST("host", "the host asked for; of passthrough the server name"),
  PATH("path", "the normalised path"),
  QUERY("query", "the query, as `accessLog.query` has it"),
  USER_AGENT("userAgent", "the `User-Agent` field"),
  STATUS("status", "the status that the client got; none where nothing was sent"),
  END(
      "end",
      "none for an exchange that is complete, else `error` (answered by Reseal), `broken_off` (in the"
          + " middle of the response) or `client_gone`; of a tunnel `client_closed`,"
          + " `upstream_closed`, `idle`, `reset_by_client`, `reset_by_upstream`, `cut_off`"
          + " (by Reseal, after a change), `not_connected`"),
  ERROR("error", "the verdict: the exact reason of a failure, as in `reseal_failures_total`"),
  DETAIL("detail", "its facts"),
  HINT(
      "hint",
      "why the upstream may have refused the request: `client_certificate_required` where it had"
          + " asked for a client certificate, got none, and answered 400, 495 or 496"),
  ROUTE("route", "the route's name"),
  UPSTREAM_NAME("upstream", "name", "the upstream's name"),
  UPSTREAM_REUSED("upstream", "reused", "there where the connection came from the pool"),
  UPSTREAM_ENDPOINT("upstream", "endpoint", "the endpoint, as configured"),
  UPSTREAM_ADDRESS(
      "upstream", "address", "the address that it resolved to, where the endpoint is a name"),
  UPSTREAM_TLS("upstream", "tls", "TLS version with the upstream; none for cleartext"),
  UPSTREAM_CIPHER("upstream", "cipher", "cipher suite with the upstream"),
  UPSTREAM_GROUP("upstream", "group", "named group of its key exchange"),
  UPSTREAM_ALPN("upstream", "alpn", "application protocol that ALPN chose"),
  UPSTREAM_SNI("upstream", "sni", "server name that was sent"),
  UPSTREAM_IDENTITY(
      "upstream",
      "clientIdentity",
      "whom the client certificate names that the upstream was shown"),
  UPSTREAM_RESUMED("upstream", "resumed", "there where its session was resumed"),
  UPSTREAM_VERIFIED(
      "upstream",
      "verified",
      "whether its certificate was verified; of TLS alone, and then said either way"),
  UPSTREAM_CONNECT(
      "upstream",
      "connectMs",
      "how long name resolution and TCP took, where the connection is new"),
  UPSTREAM_HANDSHAKE("upstream", "handshakeMs", "how long its TLS handshake took then"),
  REPLAYED("replayed", "there where the request was sent again after a pooled connection died"),
  FROM_CLIENT("bytesFromClient", "body bytes, or bytes of the tunnel, from the client"),
  TO_CLIENT("bytesToClient", "the same to the client"),
  CONNECTED("connectedMs", "until there was a connection to the upstream"),
  RESPONDED("respondedMs", "until the upstream's response head was there"),
  TOTAL("totalMs", "until the end");

  private final String group;
  private final String key;
  private final String about;

  AccessField(String key, String about) {
    this("", key, about);
  }

  AccessField(String group, String key, String about) {
    this.group = group;
    this.key = key;
    this.about = about;
  }

  /** The key among those of its group. */
  String key() {
    return key;
  }

  /** The key with its group's name, as texts and programs that read JSON spell it. */
  String path() {
    return group.isEmpty() ? key : group + "." + key;
  }

  /** Empty for a field that is in none. */
  String group() {
    return group;
  }

  /** Whether a group begins with this, which is then in every line that has any of it. */
  boolean beginsGroup() {
    return !group.isEmpty() && !group.equals(values()[ordinal() - 1].group);
  }

  String about() {
    return about;
  }
}
