package io.reseal.config.read;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/**
 * Paths of routes. They are compared with a request's normalised path, in which unreserved
 * characters are never escaped, every other escape is in upper case, and dot segments and
 * parameters are gone; a path that no normalised one can equal is a mistake.
 */
final class PathSyntax {
  private static final String UNRESERVED_MARKS = "-._~";

  private PathSyntax() {}

  /** What to do about a path, empty where it is right. */
  static String correction(String path) {
    if (!path.startsWith("/")) {
      return "Start it with a slash.";
    }
    if (path.indexOf('?') >= 0 || path.indexOf('#') >= 0) {
      return "Leave the query and the fragment out; routes are chosen by the path alone.";
    }
    if (path.indexOf(';') >= 0) {
      return "Leave the parameters (;) out; routes are chosen without them.";
    }
    if (path.endsWith("*")) {
      return "There are no wildcards in paths; use prefix.";
    }
    List<String> elements = List.of(path.split("/", -1));
    if (elements.contains(".") || elements.contains("..")) {
      return "Write it without dot segments; they are removed from requests.";
    }
    String normal = escaped(path);
    return normal.equals(path) ? "" : "Write it as requests carry it: " + normal;
  }

  /** The form in which a path arrives here. */
  private static String escaped(String path) {
    StringBuilder normal = new StringBuilder(path.length());
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i++) {
      int octet = bytes[i] & 0xFF;
      if (octet == '%' && isEscape(bytes, i)) {
        octet = HexFormat.fromHexDigits(new String(bytes, i + 1, 2, StandardCharsets.US_ASCII));
        i += 2;
        append(normal, octet, isUnreserved(octet));
      } else {
        append(normal, octet, octet > ' ' && octet < 0x7F && "%\\\"<>^`{|}".indexOf(octet) < 0);
      }
    }
    return normal.toString();
  }

  private static void append(StringBuilder normal, int octet, boolean asItIs) {
    if (asItIs) {
      normal.append((char) octet);
    } else {
      normal.append('%').append(HexFormat.of().withUpperCase().toHexDigits((byte) octet));
    }
  }

  private static boolean isEscape(byte[] bytes, int at) {
    return at + 2 < bytes.length
        && HexFormat.isHexDigit(bytes[at + 1])
        && HexFormat.isHexDigit(bytes[at + 2]);
  }

  private static boolean isUnreserved(int octet) {
    return octet >= 'a' && octet <= 'z'
        || octet >= 'A' && octet <= 'Z'
        || octet >= '0' && octet <= '9'
        || octet < 0x80 && UNRESERVED_MARKS.indexOf(octet) >= 0;
  }
}
