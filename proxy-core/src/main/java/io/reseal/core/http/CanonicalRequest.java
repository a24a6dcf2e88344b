package io.reseal.core.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpVersion;
import io.reseal.config.Limits;
import io.reseal.config.RequestPolicy;
import io.reseal.core.failure.Failure;
import io.reseal.core.failure.Failure.RequestRejected;
import io.reseal.core.http.RequestHead.Framing;
import io.reseal.core.http.RequestHead.Version;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rules that every request head must keep, whatever HTTP version it came in, before anything
 * decides by it. What passes has exactly one meaning: one host, one path, one body length. Stands
 * behind Netty's codecs and does not rely on what they refuse by themselves.
 *
 * <p>Immutable and thread-safe.
 */
public final class CanonicalRequest {
  private static final int MOST_METHOD_CHARACTERS = 32;
  private static final int MOST_LENGTH_DIGITS = 18;

  /** What a field costs besides its characters: RFC 7541 section 4.1, or colon, space, CR, LF. */
  private static final int HTTP2_FIELD_OVERHEAD = 32;

  private static final int HTTP1_FIELD_OVERHEAD = 4;

  private final RequestPolicy policy;
  private final Limits limits;
  private final FieldRules fieldRules;
  private final PathNormalizer paths;

  public CanonicalRequest(RequestPolicy policy, Limits limits) {
    this.policy = policy;
    this.limits = limits;
    this.fieldRules = new FieldRules(policy);
    this.paths = new PathNormalizer(policy);
  }

  /** Whether a version on the wire can be served: null, or 505. RFC 9110 section 2.5. */
  public static @Nullable Failure version(HttpVersion version) {
    if (version.majorVersion() == 1 && "HTTP".equals(version.protocolName())) {
      return null;
    }
    return new RequestRejected(505, "version", "HTTP version " + version + " (expected: 1.x or 2)");
  }

  /**
   * Checks a head and fills in what follows from it.
   *
   * @param tls whether the client's connection is protected
   * @return null for a request that may be routed
   */
  public @Nullable Failure check(RequestHead head, boolean tls) {
    try {
      fields(head);
      method(head);
      target(head, tls);
      framing(head);
      expectation(head);
      upgrade(head);
      return null;
    } catch (Rejection rejection) {
      return rejection.failure;
    }
  }

  // ---- fields

  private void fields(RequestHead head) throws Rejection {
    HttpHeaders fields = head.fields();
    boolean http2 = head.version() == Version.HTTP_2;
    int overhead = http2 ? HTTP2_FIELD_OVERHEAD : HTTP1_FIELD_OVERHEAD;
    int count = 0;
    int bytes = head.target().length() + head.method().length() + overhead;
    boolean drop = false;
    Iterator<Map.Entry<CharSequence, CharSequence>> all = fields.iteratorCharSequence();
    while (all.hasNext()) {
      Map.Entry<CharSequence, CharSequence> field = all.next();
      CharSequence name = field.getKey();
      CharSequence value = field.getValue();
      count++;
      bytes += name.length() + value.length() + overhead;
      drop |= fieldRules.check(name, value, http2);
    }
    if (count > limits.requestFields()) {
      throw rejected(
          431,
          "too-many-fields",
          count + " fields (limit: " + limits.requestFields() + ", limits.requestFields)");
    }
    if (bytes > limits.requestHeadBytes()) {
      throw rejected(
          431,
          "head-too-large",
          bytes + " bytes (limit: " + limits.requestHeadBytes() + ", limits.requestHeadBytes)");
    }
    if (drop) {
      FieldRules.dropUnderscored(fields);
    }
  }

  // ---- start line

  private static void method(RequestHead head) throws Rejection {
    String method = head.method();
    if (method.length() > MOST_METHOD_CHARACTERS || !Syntax.isToken(method)) {
      throw rejected(400, "method", "method is not a token of 1 to 32 characters");
    }
    switch (method) {
      case "GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH" -> {}
      case "CONNECT" -> throw rejected(501, "connect", "CONNECT is not served");
      case "TRACE" -> throw rejected(405, "trace", "TRACE is not served");
      default -> {
        if (isKnownInOtherCase(method)) {
          throw rejected(400, "method", "method in the wrong case");
        }
      }
    }
  }

  private static boolean isKnownInOtherCase(String method) {
    return switch (method.toUpperCase(Locale.ROOT)) {
      case "GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE" -> true;
      default -> false;
    };
  }

  private void target(RequestHead head, boolean tls) throws Rejection {
    String target = head.target();
    if (target.length() > limits.requestTargetBytes()) {
      throw rejected(
          414,
          "target-too-long",
          "%d bytes (limit: %d, limits.requestTargetBytes)"
              .formatted(target.length(), limits.requestTargetBytes()));
    }
    for (int i = 0; i < target.length(); i++) {
      if (!Syntax.isTarget(target.charAt(i))) {
        throw rejected(400, "target", "a character that a request target cannot hold");
      }
    }
    if (head.version() == Version.HTTP_2) {
      http2Pseudo(head, tls);
    }
    String origin = target;
    if (target.isEmpty()) {
      throw rejected(400, "target", "no request target");
    }
    if (target.charAt(0) == '/') {
      authority(head, null);
    } else if (target.equals("*") && head.method().equals("OPTIONS")) {
      authority(head, null);
      head.paths("*", "", "*");
      return;
    } else {
      origin = absolute(head, target);
    }
    paths(head, origin);
  }

  /** RFC 9112 section 3.2.2: the host of an absolute target counts, not the Host field. */
  private static String absolute(RequestHead head, String target) throws Rejection {
    int start = target.regionMatches(true, 0, "https://", 0, 8)
        ? 8
        : target.regionMatches(true, 0, "http://", 0, 7) ? 7 : -1;
    if (start < 0 || head.version() == Version.HTTP_2) {
      throw rejected(400, "target", "the request target does not start with a slash");
    }
    int end = start;
    while (end < target.length() && target.charAt(end) != '/' && target.charAt(end) != '?') {
      end++;
    }
    authority(head, target.substring(start, end));
    String rest = target.substring(end);
    return rest.startsWith("/") ? rest : "/" + rest;
  }

  private void paths(RequestHead head, String origin) throws Rejection {
    int mark = origin.indexOf('?');
    String raw = mark < 0 ? origin : origin.substring(0, mark);
    for (int i = 0; i < raw.length(); i++) {
      if (Syntax.isQueryOnly(raw.charAt(i))) {
        throw rejected(400, "path", "a character that a path cannot hold unescaped");
      }
    }
    try {
      String path = paths.normalize(raw);
      String query = mark < 0 ? "" : origin.substring(mark);
      head.paths(path, query, PathNormalizer.withoutParameters(path));
    } catch (PathNormalizer.BadPathException bad) {
      throw rejected(400, "path", String.valueOf(bad.getMessage()));
    }
  }

  private static void http2Pseudo(RequestHead head, boolean tls) throws Rejection {
    String scheme = head.pseudoScheme();
    if (scheme == null || head.method().isEmpty()) {
      throw rejected(400, "pseudo-fields", ":method, :scheme or :path is missing");
    }
    if (!scheme.equalsIgnoreCase(tls ? "https" : "http")) {
      throw rejected(400, "scheme", ":scheme does not fit the connection");
    }
  }

  // ---- authority

  private static void authority(RequestHead head, @Nullable String fromTarget) throws Rejection {
    String host = null;
    int hosts = 0;
    Iterator<? extends CharSequence> values =
        head.fields().valueCharSequenceIterator(HttpHeaderNames.HOST);
    while (values.hasNext()) {
      host = values.next().toString();
      hosts++;
    }
    if (hosts > 1) {
      throw rejected(400, "host", "more than one Host field");
    }
    String pseudo = head.pseudoAuthority();
    Authority fromField = host == null ? null : requireAuthority(host);
    Authority named = pseudo != null
        ? requireAuthority(pseudo)
        : fromTarget != null ? requireAuthority(fromTarget) : fromField;
    if (pseudo != null && fromField != null && !fromField.equals(named)) {
      throw rejected(400, "host", ":authority and Host differ");
    }
    if (host == null && head.version() == Version.HTTP_1_1) {
      throw rejected(400, "host", "no Host field");
    }
    if (named == null) {
      if (head.version() == Version.HTTP_2) {
        throw rejected(400, "host", "neither :authority nor Host");
      }
      return;
    }
    head.authority(named.host(), named.port());
  }

  private static Authority requireAuthority(String text) throws Rejection {
    Authority authority = Authority.parse(text);
    if (authority == null) {
      throw rejected(400, "host", "not a host with an optional port");
    }
    return authority;
  }

  // ---- framing

  private void framing(RequestHead head) throws Rejection {
    HttpHeaders fields = head.fields();
    long length = contentLength(fields);
    String coding = only(fields, HttpHeaderNames.TRANSFER_ENCODING);
    if (coding != null) {
      if (head.version() != Version.HTTP_1_1) {
        throw rejected(400, "transfer-encoding", "Transfer-Encoding outside HTTP/1.1");
      }
      if (length >= 0) {
        throw rejected(400, "framing", "both Content-Length and Transfer-Encoding");
      }
      if (!coding.equalsIgnoreCase("chunked")) {
        throw rejected(
            Syntax.listHolds(coding, "chunked") && !isCodingList(coding) ? 400 : 501,
            "transfer-encoding",
            "a transfer coding other than chunked");
      }
      head.body(Framing.STREAMED, -1);
      return;
    }
    if (length > limits.requestBodyBytes()) {
      throw rejected(
          413,
          "body-too-large",
          "%d bytes (limit: %d, limits.requestBodyBytes)"
              .formatted(length, limits.requestBodyBytes()));
    }
    if (length < 0 && fields.contains("sec-websocket-key1")) {
      // Netty's decoder reads eight bytes of "body" after such a head.
      throw rejected(400, "websocket-draft", "a WebSocket draft that is not served");
    }
    if (head.version() == Version.HTTP_2) {
      Framing streamed = length >= 0 ? Framing.LENGTH : Framing.STREAMED;
      head.body(head.isEndOfStream() ? Framing.NONE : streamed, length);
    } else if (length > 0) {
      head.body(Framing.LENGTH, length);
    } else {
      head.body(Framing.NONE, length);
    }
  }

  private static boolean isCodingList(String coding) {
    return coding.indexOf(',') >= 0;
  }

  private static @Nullable String only(HttpHeaders fields, CharSequence name) throws Rejection {
    Iterator<? extends CharSequence> values = fields.valueCharSequenceIterator(name);
    if (!values.hasNext()) {
      return null;
    }
    String value = values.next().toString();
    if (values.hasNext()) {
      throw rejected(400, name.toString(), "more than one " + name + " field");
    }
    return value;
  }

  private static long contentLength(HttpHeaders fields) throws Rejection {
    String value = only(fields, HttpHeaderNames.CONTENT_LENGTH);
    if (value == null) {
      return -1;
    }
    long length = Lengths.parse(value, MOST_LENGTH_DIGITS);
    if (length < 0) {
      throw rejected(400, "content-length", "Content-Length is not a number");
    }
    return length;
  }

  // ---- expectation and upgrade

  private static void expectation(RequestHead head) throws Rejection {
    String expect = head.fields().get(HttpHeaderNames.EXPECT);
    if (expect == null || head.version() == Version.HTTP_1_0) {
      return;
    }
    if (!expect.equalsIgnoreCase("100-continue")
        || head.fields().getAll(HttpHeaderNames.EXPECT).size() > 1) {
      throw rejected(417, "expect", "an expectation other than 100-continue");
    }
    head.expectsContinue(head.framing() != Framing.NONE);
  }

  private static void upgrade(RequestHead head) throws Rejection {
    HttpHeaders fields = head.fields();
    if (head.version() != Version.HTTP_1_1 || !fields.contains(HttpHeaderNames.UPGRADE)) {
      return;
    }
    String protocol = only(fields, HttpHeaderNames.UPGRADE);
    boolean asked = false;
    Iterator<? extends CharSequence> connection =
        fields.valueCharSequenceIterator(HttpHeaderNames.CONNECTION);
    while (connection.hasNext()) {
      asked |= Syntax.listHolds(connection.next(), "upgrade");
    }
    if (protocol == null || !asked || head.framing() != Framing.NONE) {
      return;
    }
    String name = protocol.toLowerCase(Locale.ROOT);
    // HTTP/2 in a tunnel would be a way around every rule here; any Upgrade may be ignored.
    if (Syntax.isToken(name) && !name.startsWith("h2")) {
      head.upgrade(name);
    }
  }

  private static Rejection rejected(int status, String rule, String detail) {
    return new Rejection(new RequestRejected(status, rule, detail));
  }

  /** The policy that this was made with. */
  RequestPolicy policy() {
    return policy;
  }

  /** A rule that is broken; internal to the checks, never leaves them. */
  static final class Rejection extends Exception {
    private static final long serialVersionUID = 1L;
    private final transient Failure failure;

    Rejection(Failure failure) {
      super(null, null, false, false);
      this.failure = failure;
    }
  }
}
