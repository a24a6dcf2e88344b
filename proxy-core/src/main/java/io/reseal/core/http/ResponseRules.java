package io.reseal.core.http;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.reseal.config.Limits;
import io.reseal.core.failure.Failure.UpstreamFault;
import io.reseal.core.http.RequestHead.Framing;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rules that an upstream's response must keep before any of it reaches a client. An upstream is
 * trusted with content, not with the framing of the client's connection.
 */
public final class ResponseRules {
  private static final int MOST_LENGTH_DIGITS = 18;

  private ResponseRules() {}

  /** The outcome of a check. */
  public sealed interface Checked {}

  /**
   * A response that may be passed on.
   *
   * @param untilClose whether its end is the end of the connection
   */
  public record Usable(ResponseHead head, boolean untilClose) implements Checked {}

  /** A response that must not be passed on. */
  public record Broken(UpstreamFault fault, String detail) implements Checked {
    Broken(String detail) {
      this(UpstreamFault.INVALID_RESPONSE, detail);
    }
  }

  /** Checks a head against the request it answers, and strips the fields of its connection. */
  public static Checked check(HttpResponse response, RequestHead request, Limits limits) {
    int code = response.status().code();
    HttpHeaders fields = response.headers();
    Broken broken = headFault(response, code, limits);
    if (broken != null) {
      return broken;
    }
    String fault = code == 101 ? upgradeFault(fields, request) : null;
    if (fault != null) {
      return new Broken(fault);
    }
    List<String> lengths = fields.getAll(HttpHeaderNames.CONTENT_LENGTH);
    List<String> codings = fields.getAll(HttpHeaderNames.TRANSFER_ENCODING);
    if (lengths.size() > 1 || codings.size() > 1 || !lengths.isEmpty() && !codings.isEmpty()) {
      return new Broken("Content-Length or Transfer-Encoding more than once, or both");
    }
    long length = lengths.isEmpty() ? -1 : Lengths.parse(lengths.getFirst(), MOST_LENGTH_DIGITS);
    if (!lengths.isEmpty() && length < 0) {
      return new Broken("Content-Length is not a number");
    }
    boolean chunked = !codings.isEmpty();
    if (chunked
        && (!codings.getFirst().equalsIgnoreCase("chunked")
            || response.protocolVersion().minorVersion() == 0)) {
      return new Broken("a transfer coding other than chunked, or one in HTTP/1.0");
    }
    HopByHop.strip(fields);
    boolean bodiless =
        code < 200 || code == 204 || code == 304 || request.method().equals("HEAD");
    if (code < 200 || code == 204) {
      fields.remove(HttpHeaderNames.CONTENT_LENGTH);
    }
    Framing framing =
        bodiless || length == 0 ? Framing.NONE : length > 0 ? Framing.LENGTH : Framing.STREAMED;
    boolean untilClose = framing == Framing.STREAMED && !chunked;
    return new Usable(new ResponseHead(response.status(), fields, framing), untilClose);
  }

  private static @Nullable Broken headFault(HttpResponse response, int code, Limits limits) {
    HttpVersion version = response.protocolVersion();
    if (code < 100 || code > 599) {
      return new Broken("status " + code + " (expected: 100 to 599)");
    }
    if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
      return new Broken("version " + version + " (expected: HTTP/1.0 or HTTP/1.1)");
    }
    int count = 0;
    int bytes = 0;
    Iterator<Map.Entry<CharSequence, CharSequence>> all = response.headers().iteratorCharSequence();
    while (all.hasNext()) {
      Map.Entry<CharSequence, CharSequence> field = all.next();
      count++;
      bytes += field.getKey().length() + field.getValue().length() + 4;
      if (!Syntax.isToken(field.getKey()) || !Syntax.isFieldValue(field.getValue())) {
        return new Broken("a field with a character that it cannot hold");
      }
    }
    if (count > limits.responseFields()) {
      return new Broken(
          UpstreamFault.TOO_MANY_FIELDS,
          count + " fields (limit: " + limits.responseFields() + ", limits.responseFields)");
    }
    if (bytes > limits.responseHeadBytes()) {
      return new Broken(
          UpstreamFault.HEAD_TOO_LARGE,
          bytes + " bytes (limit: " + limits.responseHeadBytes() + ", limits.responseHeadBytes)");
    }
    return null;
  }

  private static @Nullable String upgradeFault(HttpHeaders fields, RequestHead request) {
    String asked = request.upgrade();
    String answered = fields.get(HttpHeaderNames.UPGRADE);
    if (asked == null) {
      return "101 for a request that asked for no upgrade";
    }
    return asked.equalsIgnoreCase(answered) ? null : "101 for another protocol than asked for";
  }

  /**
   * The trailers that may be passed on: none that frames, routes, authenticates or changes how the
   * message is read (RFC 9110 section 6.5.1).
   */
  public static HttpHeaders trailers(HttpHeaders trailers) {
    if (trailers.isEmpty()) {
      return trailers;
    }
    HttpHeaders kept =
        DefaultHttpHeadersFactory.trailersFactory().withValidation(false).newHeaders();
    Iterator<Map.Entry<CharSequence, CharSequence>> all = trailers.iteratorCharSequence();
    while (all.hasNext()) {
      Map.Entry<CharSequence, CharSequence> field = all.next();
      if (Syntax.isToken(field.getKey())
          && Syntax.isFieldValue(field.getValue())
          && mayTrail(field.getKey().toString().toLowerCase(Locale.ROOT))) {
        kept.add(field.getKey(), field.getValue());
      }
    }
    return kept;
  }

  private static boolean mayTrail(String name) {
    return switch (name) {
      case "content-length",
          "transfer-encoding",
          "host",
          "connection",
          "keep-alive",
          "proxy-connection",
          "upgrade",
          "http2-settings",
          "te",
          "trailer",
          "content-encoding",
          "content-type",
          "content-range",
          "authorization",
          "proxy-authorization",
          "proxy-authenticate",
          "www-authenticate",
          "cookie",
          "set-cookie",
          "cache-control",
          "expect",
          "max-forwards",
          "pragma",
          "range",
          "location",
          "age",
          "date",
          "expires",
          "retry-after",
          "vary",
          "proxy-status" -> false;
      default -> !name.startsWith("if-") && !ForwardedFields.isAboutTheClient(name);
    };
  }
}
