package io.reseal.server.accesslog;

/** What a line of the access log may say, in the order of a line. */
enum AccessField {
  TIME("time", "when the request's head, or the ClientHello, was there: RFC 3339, UTC"),
  KIND("kind", "`exchange`, `passthrough`, or `upgrade` for what follows an exchange with 101"),
  ID("id", "the id in error responses, in the log of failures and, if set, in `X-Request-Id`"),
  TRACE("traceId", "the trace, where traces are started"),
  SPAN("spanId", "the span of this exchange"),
  LISTENER("listener", "the listener's name"),
  CLIENT("client", "the client's IP address"),
  CLIENT_PORT("clientPort", "its port"),
  CLIENT_TLS("clientTls", "TLS version with the client; none for cleartext"),
  CLIENT_CIPHER("clientCipher", "cipher suite with the client"),
  CLIENT_GROUP("clientGroup", "named group of its key exchange"),
  CLIENT_ALPN("clientAlpn", "application protocol that ALPN chose"),
  CLIENT_SNI("clientSni", "server name that the client asked for"),
  CLIENT_RESUMED("clientResumed", "whether its session was resumed"),
  CLIENT_IDENTITY("clientIdentity", "whom the client's certificate names"),
  PROTOCOL("protocol", "`http/1.0`, `http/1.1`, `h2`; of an upgrade the protocol agreed"),
  METHOD("method", "the request's method"),
  HOST("host", "the host asked for; of passthrough the server name"),
  PATH("path", "the normalised path"),
  QUERY("query", "the query, as `accessLog.query` has it"),
  USER_AGENT("userAgent", "the `User-Agent` field"),
  STATUS("status", "the status that the client got; none where nothing was sent"),
  END(
      "end",
      "exchange: `complete`, `error` (answered by Reseal), `broken_off` (in the middle of the"
          + " response), `client_gone`; tunnel: `client_closed`, `upstream_closed`, `idle`,"
          + " `reset_by_client`, `reset_by_upstream`, `not_connected`"),
  ERROR("error", "the verdict: the exact reason of a failure, as in `reseal_failures_total`"),
  DETAIL("detail", "its facts"),
  HINT(
      "hint",
      "why the upstream may have refused the request: `client_certificate_required` where it had"
          + " asked for a client certificate, got none, and answered 400, 495 or 496"),
  ROUTE("route", "the route's name"),
  UPSTREAM("upstream", "the upstream's name"),
  ENDPOINT("endpoint", "the endpoint, as configured"),
  UPSTREAM_ADDRESS("upstreamAddress", "the address that it resolved to"),
  UPSTREAM_REUSED("upstreamReused", "whether the connection came from the pool"),
  REPLAYED("replayed", "there where the request was sent again after a pooled connection died"),
  UPSTREAM_TLS("upstreamTls", "TLS version with the upstream; none for cleartext"),
  UPSTREAM_CIPHER("upstreamCipher", "cipher suite with the upstream"),
  UPSTREAM_GROUP("upstreamGroup", "named group of its key exchange"),
  UPSTREAM_ALPN("upstreamAlpn", "application protocol that ALPN chose"),
  UPSTREAM_SNI("upstreamSni", "server name that was sent"),
  UPSTREAM_RESUMED("upstreamResumed", "whether its session was resumed"),
  UPSTREAM_VERIFIED("upstreamVerified", "whether its certificate was verified"),
  FROM_CLIENT("bytesFromClient", "body bytes, or bytes of the tunnel, from the client"),
  TO_CLIENT("bytesToClient", "the same to the client"),
  CONNECTED("connectedMs", "until there was a connection to the upstream"),
  RESPONDED("respondedMs", "until the upstream's response head was there"),
  TOTAL("totalMs", "until the end");

  private final String key;
  private final String about;

  AccessField(String key, String about) {
    this.key = key;
    this.about = about;
  }

  String key() {
    return key;
  }

  String about() {
    return about;
  }
}
