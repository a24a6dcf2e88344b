package io.reseal.core.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import io.reseal.config.RequestPolicy;
import io.reseal.config.RequestPolicy.UnderscoresInNames;
import io.reseal.core.failure.Failure.RequestRejected;
import io.reseal.core.http.CanonicalRequest.Rejection;
import java.util.List;

/** The rules on single fields of a request. */
final class FieldRules {
  private final UnderscoresInNames underscores;

  FieldRules(RequestPolicy policy) {
    underscores = policy.underscoresInNames();
  }

  /**
   * Checks one field.
   *
   * @return whether the policy drops it
   */
  boolean check(CharSequence name, CharSequence value, boolean http2) throws Rejection {
    if (!Syntax.isToken(name)) {
      throw rejected("field-name", "a field name that is not a token");
    }
    if (!Syntax.isFieldValue(value)) {
      throw rejected("field-value", "a control character in a field value");
    }
    if (http2) {
      http2(name, value);
    }
    if (indexOf(name, '_') < 0 || underscores == UnderscoresInNames.FORWARD) {
      return false;
    }
    if (underscores == UnderscoresInNames.REJECT) {
      throw rejected(
          "underscore",
          "an underscore in a field name, which some servers read as a hyphen"
              + " (requests.underscoresInNames: reject)");
    }
    return true;
  }

  /** RFC 9113 section 8.2.2: fields of the connection have no place in HTTP/2. */
  private static void http2(CharSequence name, CharSequence value) throws Rejection {
    int length = value.length();
    if (length > 0
        && (Syntax.isBlank(value.charAt(0)) || Syntax.isBlank(value.charAt(length - 1)))) {
      throw rejected("field-value", "a field value with a blank at its end");
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c >= 'A' && c <= 'Z') {
        throw rejected("field-name", "an upper-case field name in HTTP/2");
      }
    }
    switch (name.length()) {
      case 2 -> {
        if (equal(name, "te") && !AsciiString.contentEqualsIgnoreCase(value, "trailers")) {
          throw rejected("te", "TE other than trailers in HTTP/2");
        }
      }
      case 7, 10, 14, 16, 17 -> {
        if (equal(name, "upgrade")
            || equal(name, "connection")
            || equal(name, "keep-alive")
            || equal(name, "http2-settings")
            || equal(name, "proxy-connection")
            || equal(name, "transfer-encoding")) {
          throw rejected("connection-field", "a connection-specific field in HTTP/2");
        }
      }
      default -> {}
    }
  }

  private static boolean equal(CharSequence name, String expected) {
    return AsciiString.contentEquals(name, expected);
  }

  private static int indexOf(CharSequence text, char wanted) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == wanted) {
        return i;
      }
    }
    return -1;
  }

  /** Removes the fields whose names have an underscore. */
  static void dropUnderscored(HttpHeaders fields) {
    for (String name : List.copyOf(fields.names())) {
      if (name.indexOf('_') >= 0) {
        fields.remove(name);
      }
    }
  }

  private static Rejection rejected(String rule, String detail) {
    return new Rejection(new RequestRejected(400, rule, detail));
  }
}
