package io.reseal.core.http;

import io.netty.handler.codec.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/**
 * The start line and fields of one request, independent of the HTTP version it came in.
 *
 * <p>An adapter makes it from the wire as received; {@link CanonicalRequest} checks it and fills in
 * what is derived (host, path, framing). Only a head that passed may be routed. Confined to one
 * event loop; the fields are owned by this head and changed in place by the edge rules.
 */
public final class RequestHead {

  /** The version of the request on the wire. */
  public enum Version {
    HTTP_1_0("http/1.0"),
    HTTP_1_1("http/1.1"),
    HTTP_2("h2");

    private final String token;

    Version(String token) {
      this.token = token;
    }

    /** The version as ALPN spells it: a metric label. */
    public String token() {
      return token;
    }
  }

  /** How the end of the body is known. */
  public enum Framing {
    NONE,
    LENGTH,
    /** Chunked in HTTP/1.1, END_STREAM in HTTP/2. */
    STREAMED
  }

  private final Version version;
  private final String method;
  private final String target;
  private final HttpHeaders fields;

  /** {@code :authority} of HTTP/2, or null; HTTP/1 has it in the target or in Host. */
  private final @Nullable String pseudoAuthority;

  /** {@code :scheme} of HTTP/2, or null. */
  private final @Nullable String pseudoScheme;

  // What CanonicalRequest derives.
  private String host = "";
  private int port = -1;
  private String path = "/";
  private String query = "";
  private String routingPath = "/";
  private Framing framing = Framing.NONE;
  private long contentLength = -1;
  private boolean expectsContinue;
  private @Nullable String upgrade;
  private boolean endOfStream;
  private boolean prepared;

  public RequestHead(
      Version version,
      String method,
      String target,
      HttpHeaders fields,
      @Nullable String pseudoAuthority,
      @Nullable String pseudoScheme) {
    this.version = version;
    this.method = method;
    this.target = target;
    this.fields = fields;
    this.pseudoAuthority = pseudoAuthority;
    this.pseudoScheme = pseudoScheme;
  }

  public Version version() {
    return version;
  }

  public String method() {
    return method;
  }

  /** Whether the method is one of RFC 9110 section 9.2.2 that may be asked twice. */
  public boolean isIdempotent() {
    return switch (method) {
      case "GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE" -> true;
      default -> false;
    };
  }

  /** The request target as received ({@code :path} in HTTP/2). */
  public String target() {
    return target;
  }

  public HttpHeaders fields() {
    return fields;
  }

  public @Nullable String pseudoAuthority() {
    return pseudoAuthority;
  }

  public @Nullable String pseudoScheme() {
    return pseudoScheme;
  }

  /** Lower case, without port and trailing dot; an IPv6 literal without brackets. Empty: none. */
  public String host() {
    return host;
  }

  /** The port that the authority names, -1 for none. */
  public int port() {
    return port;
  }

  /** The normalised path that is forwarded, without the query; {@code *} for OPTIONS *. */
  public String path() {
    return path;
  }

  /** The query with its question mark, or empty. */
  public String query() {
    return query;
  }

  /** The path that routes are compared with: {@link #path} without path parameters. */
  public String routingPath() {
    return routingPath;
  }

  public Framing framing() {
    return framing;
  }

  /** The body's length in bytes, -1 where unknown. */
  public long contentLength() {
    return contentLength;
  }

  public boolean expectsContinue() {
    return expectsContinue;
  }

  /** The protocol that the client wants to change to, in lower case; null for none. */
  public @Nullable String upgrade() {
    return upgrade;
  }

  /** Whether an HTTP/2 request ended with its HEADERS. */
  boolean isEndOfStream() {
    return endOfStream;
  }

  void endOfStream(boolean endOfStream) {
    this.endOfStream = endOfStream;
  }

  /** Whether the fields were already made ready for the upstream. */
  boolean isPrepared() {
    return prepared;
  }

  void prepared() {
    prepared = true;
  }

  /** The authority as it is forwarded: the host, and the port where one was named. */
  public String authority() {
    String literal = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return port < 0 ? literal : literal + ":" + port;
  }

  void authority(String host, int port) {
    this.host = host;
    this.port = port;
  }

  void paths(String path, String query, String routingPath) {
    this.path = path;
    this.query = query;
    this.routingPath = routingPath;
  }

  void body(Framing framing, long contentLength) {
    this.framing = framing;
    this.contentLength = contentLength;
  }

  void expectsContinue(boolean expectsContinue) {
    this.expectsContinue = expectsContinue;
  }

  void upgrade(@Nullable String upgrade) {
    this.upgrade = upgrade;
  }
}
