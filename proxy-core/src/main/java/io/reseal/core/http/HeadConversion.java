package io.reseal.core.http;

import io.netty.handler.codec.http.DefaultHttpHeadersFactory;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import io.reseal.core.http.RequestHead.Version;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The ways between HTTP/2's fields and the neutral heads. */
public final class HeadConversion {
  private static final String UNKNOWN_PSEUDO = ":";

  private HeadConversion() {}

  /**
   * Takes a request head over from HTTP/2. Never fails: what is missing or wrong stays visible for
   * {@link CanonicalRequest} to refuse.
   *
   * @param endOfStream whether the request has no body
   */
  public static RequestHead toRequest(Http2Headers headers, boolean endOfStream) {
    HttpHeaders fields =
        DefaultHttpHeadersFactory.headersFactory().withValidation(false).newHeaders();
    for (Map.Entry<CharSequence, CharSequence> field : headers) {
      CharSequence name = field.getKey();
      if (name.isEmpty() || name.charAt(0) != ':') {
        fields.add(name, field.getValue());
      } else if (!isRequestPseudo(name)) {
        // No token: the field rules refuse it. ":protocol" is among them, it was not offered.
        fields.add(UNKNOWN_PSEUDO, "");
      }
    }
    RequestHead head = new RequestHead(
        Version.HTTP_2,
        text(headers.method()),
        text(headers.path()),
        fields,
        headers.authority() == null ? null : headers.authority().toString(),
        headers.scheme() == null ? null : headers.scheme().toString());
    head.endOfStream(endOfStream);
    return head;
  }

  private static boolean isRequestPseudo(CharSequence name) {
    return AsciiString.contentEquals(name, ":method")
        || AsciiString.contentEquals(name, ":path")
        || AsciiString.contentEquals(name, ":scheme")
        || AsciiString.contentEquals(name, ":authority");
  }

  private static String text(@Nullable CharSequence value) {
    return value == null ? "" : value.toString();
  }

  /** A response head for HTTP/2; the fields of the connection were stripped before. */
  public static Http2Headers toHttp2(ResponseHead head) {
    Http2Headers headers =
        new DefaultHttp2Headers(/* validate= */ false, head.fields().size() + 1);
    headers.status(head.status().codeAsText());
    addLowerCase(head.fields(), headers);
    return headers;
  }

  /** Trailers for HTTP/2. */
  public static Http2Headers toHttp2Trailers(HttpHeaders trailers) {
    Http2Headers headers = new DefaultHttp2Headers(/* validate= */ false, trailers.size());
    addLowerCase(trailers, headers);
    return headers;
  }

  private static void addLowerCase(HttpHeaders from, Http2Headers to) {
    Iterator<Map.Entry<CharSequence, CharSequence>> all = from.iteratorCharSequence();
    while (all.hasNext()) {
      Map.Entry<CharSequence, CharSequence> field = all.next();
      CharSequence name = field.getKey();
      to.add(
          name instanceof AsciiString ascii
              ? ascii.toLowerCase()
              : name.toString().toLowerCase(Locale.ROOT),
          field.getValue());
    }
  }

  /** The trailers of an HTTP/2 request that may be passed on. */
  public static HttpHeaders toTrailers(Http2Headers trailers) {
    HttpHeaders fields =
        DefaultHttpHeadersFactory.trailersFactory().withValidation(false).newHeaders();
    for (Map.Entry<CharSequence, CharSequence> field : trailers) {
      if (!field.getKey().isEmpty() && field.getKey().charAt(0) != ':') {
        fields.add(field.getKey(), field.getValue());
      }
    }
    return ResponseRules.trailers(fields);
  }
}
