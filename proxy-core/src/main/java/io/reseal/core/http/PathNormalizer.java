package io.reseal.core.http;

import io.reseal.config.RequestPolicy;
import io.reseal.config.RequestPolicy.EncodedSlashes;
import io.reseal.config.RequestPolicy.RepeatedSlashes;
import java.util.ArrayList;
import java.util.List;

/**
 * The one form in which a path is both routed and forwarded, so that no two ways to write a path
 * lead to different decisions here and at the upstream: unreserved characters are decoded, other
 * escapes written in upper case, dot segments removed (RFC 3986 section 6.2.2), and repeated or
 * encoded slashes treated as the policy says.
 */
final class PathNormalizer {
  private final boolean mergesSlashes;
  private final boolean keepsEncodedSlashes;

  PathNormalizer(RequestPolicy policy) {
    mergesSlashes = policy.repeatedSlashes() == RepeatedSlashes.MERGE;
    keepsEncodedSlashes = policy.encodedSlashes() == EncodedSlashes.KEEP;
  }

  /** A path that must not be routed; the message says why. */
  static final class BadPathException extends Exception {
    private static final long serialVersionUID = 1L;

    BadPathException(String message) {
      super(message, null, false, false);
    }
  }

  /**
   * The normal form of a path that starts with a slash and has no query.
   *
   * @throws BadPathException where no form is safe
   */
  String normalize(String path) throws BadPathException {
    return isNormal(path) ? path : removeDots(decode(path));
  }

  /** The form that routes are compared with: without the parameters of each segment. */
  static String withoutParameters(String path) {
    if (path.indexOf(';') < 0) {
      return path;
    }
    StringBuilder result = new StringBuilder(path.length());
    boolean inParameter = false;
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      inParameter = c == ';' || inParameter && c != '/';
      // A segment of parameters alone leaves nothing, and "//" is "/" to many a server.
      boolean doubled = c == '/' && !result.isEmpty() && result.charAt(result.length() - 1) == '/';
      if (!inParameter && !doubled) {
        result.append(c);
      }
    }
    return result.toString();
  }

  /** Whether nothing in the path needs a second look; true for nearly all. */
  private static boolean isNormal(String path) {
    char before = 0;
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c == '%' || before == '/' && (c == '/' || c == '.')) {
        return false;
      }
      before = c;
    }
    return true;
  }

  private String decode(String path) throws BadPathException {
    if (path.indexOf('%') < 0) {
      return path;
    }
    StringBuilder result = new StringBuilder(path.length());
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (c != '%') {
        result.append(c);
        continue;
      }
      int high = i + 1 < path.length() ? Syntax.hex(path.charAt(i + 1)) : -1;
      int low = i + 2 < path.length() ? Syntax.hex(path.charAt(i + 2)) : -1;
      if (high < 0 || low < 0) {
        throw new BadPathException("incomplete percent escape in the path");
      }
      appendEscape(result, (char) (high << 4 | low));
      i += 2;
    }
    return result.toString();
  }

  private void appendEscape(StringBuilder result, char decoded) throws BadPathException {
    if (decoded < ' ' || decoded == 0x7F) {
      throw new BadPathException("encoded control character in the path");
    }
    if ((decoded == '/' || decoded == '\\') && !keepsEncodedSlashes) {
      throw new BadPathException("encoded slash in the path (requests.encodedSlashes: reject)");
    }
    if (Syntax.isUnreserved(decoded)) {
      result.append(decoded);
    } else {
      result
          .append('%')
          .append(Character.toUpperCase(Character.forDigit(decoded >> 4, 16)))
          .append(Character.toUpperCase(Character.forDigit(decoded & 15, 16)));
    }
  }

  private String removeDots(String path) throws BadPathException {
    List<String> kept = new ArrayList<>();
    int start = 1;
    boolean endsInDirectory = false;
    while (start <= path.length()) {
      int slash = path.indexOf('/', start);
      int end = slash < 0 ? path.length() : slash;
      String segment = path.substring(start, end);
      endsInDirectory = false;
      if (isDots(segment)) {
        endsInDirectory = true;
        if (segment.length() == 2) {
          if (kept.isEmpty()) {
            throw new BadPathException("the path leads above its root");
          }
          kept.removeLast();
        }
      } else if (segment.isEmpty() && mergesSlashes) {
        endsInDirectory = true;
      } else if (segment.isEmpty() && slash < 0) {
        endsInDirectory = true;
      } else {
        kept.add(segment);
      }
      start = end + 1;
    }
    StringBuilder result = new StringBuilder(path.length());
    for (String segment : kept) {
      result.append('/').append(segment);
    }
    if (endsInDirectory || kept.isEmpty()) {
      result.append('/');
    }
    return result.toString();
  }

  private static boolean isDots(String segment) throws BadPathException {
    int parameters = segment.indexOf(';');
    String name = parameters < 0 ? segment : segment.substring(0, parameters);
    boolean dots = name.equals(".") || name.equals("..");
    if (dots && parameters >= 0) {
      // Some servers see "..;x" as "..", others as a name.
      throw new BadPathException("dot segment with parameters in the path");
    }
    return dots;
  }
}
