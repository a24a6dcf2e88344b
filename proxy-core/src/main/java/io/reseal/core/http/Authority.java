package io.reseal.core.http;

import io.netty.util.NetUtil;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A host and optional port as RFC 3986 section 3.2 writes them, without user information.
 *
 * @param host lower case, without trailing dot and brackets
 * @param port -1 for none
 */
record Authority(String host, int port) {
  private static final int MOST_HOST_CHARACTERS = 253;
  private static final int MOST_PORT = 65_535;

  /** Reads an authority; null where it breaks the syntax. */
  static @Nullable Authority parse(String text) {
    int length = text.length();
    int colon = -1;
    int hostEnd = length;
    if (length > 0 && text.charAt(0) == '[') {
      int bracket = text.indexOf(']');
      if (bracket < 0 || !NetUtil.isValidIpV6Address(text.substring(1, bracket))) {
        return null;
      }
      if (text.indexOf('%') >= 0) {
        return null;
      }
      hostEnd = bracket + 1;
      if (hostEnd < length) {
        if (text.charAt(hostEnd) != ':') {
          return null;
        }
        colon = hostEnd;
      }
    } else {
      colon = text.indexOf(':');
      hostEnd = colon < 0 ? length : colon;
    }
    int port = colon < 0 || colon == length - 1 ? -1 : port(text, colon + 1);
    if (port == 0) {
      return null;
    }
    if (text.startsWith("[")) {
      return new Authority(text.substring(1, hostEnd - 1).toLowerCase(Locale.ROOT), port);
    }
    String host = host(text, hostEnd);
    return host == null ? null : new Authority(host, port);
  }

  /** 0 for anything that is no port. */
  private static int port(String text, int from) {
    int port = 0;
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return 0;
      }
      port = port * 10 + c - '0';
      if (port > MOST_PORT) {
        return 0;
      }
    }
    return port;
  }

  private static @Nullable String host(String text, int end) {
    int last = end > 1 && text.charAt(end - 1) == '.' ? end - 1 : end;
    if (last == 0 || last > MOST_HOST_CHARACTERS) {
      return null;
    }
    boolean upper = false;
    char before = '.';
    for (int i = 0; i < last; i++) {
      char c = text.charAt(i);
      if (!Syntax.isHost(c) || c == '.' && before == '.') {
        return null;
      }
      upper |= c >= 'A' && c <= 'Z';
      before = c;
    }
    if (before == '.') {
      return null;
    }
    String host = last == text.length() ? text : text.substring(0, last);
    return upper ? host.toLowerCase(Locale.ROOT) : host;
  }
}
