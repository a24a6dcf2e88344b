package io.reseal.core.http;

/** The character classes of HTTP and URIs, as table lookups. */
final class Syntax {
  private static final int TOKEN = 1;
  private static final int UNRESERVED = 2;
  private static final int TARGET = 4;
  private static final int HOST = 8;

  /** Not allowed by RFC 3986, sent by browsers in queries all the same. */
  private static final int QUERY_ONLY = 16;

  private static final byte[] CLASSES = new byte[128];

  static {
    for (char c = 'a'; c <= 'z'; c++) {
      add(c, TOKEN | UNRESERVED | TARGET | HOST);
      add((char) (c - 'a' + 'A'), TOKEN | UNRESERVED | TARGET | HOST);
    }
    for (char c = '0'; c <= '9'; c++) {
      add(c, TOKEN | UNRESERVED | TARGET | HOST);
    }
    addAll("!#$%&'*+-.^_`|~", TOKEN);
    addAll("-._~", UNRESERVED);
    addAll("-._", HOST);
    // RFC 3986 appendix A: pchar, "/" and "?"; and brackets, which browsers leave as they are.
    addAll("-._~!$&'()*+,;=:@%/?[]", TARGET);
    addAll("\"<>\\^`{|}", TARGET | QUERY_ONLY);
  }

  private Syntax() {}

  private static void addAll(String characters, int classes) {
    for (int i = 0; i < characters.length(); i++) {
      add(characters.charAt(i), classes);
    }
  }

  private static void add(char c, int classes) {
    CLASSES[c] |= (byte) classes;
  }

  private static boolean is(char c, int wanted) {
    return c < 128 && (CLASSES[c] & wanted) != 0;
  }

  /** RFC 9110 section 5.6.2: a token, at least one character. */
  static boolean isToken(CharSequence text) {
    for (int i = 0; i < text.length(); i++) {
      if (!is(text.charAt(i), TOKEN)) {
        return false;
      }
    }
    return text.length() > 0;
  }

  static boolean isUnreserved(char c) {
    return is(c, UNRESERVED);
  }

  /** Whether a request target may hold this character. */
  static boolean isTarget(char c) {
    return is(c, TARGET);
  }

  /** Whether a character may stand in a query, yet not in a path. */
  static boolean isQueryOnly(char c) {
    return is(c, QUERY_ONLY);
  }

  static boolean isHost(char c) {
    return is(c, HOST);
  }

  /** RFC 9110 section 5.5: visible characters, SP, HTAB and obs-text; no other control. */
  static boolean isFieldValue(CharSequence value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c < ' ' && c != '\t' || c == 0x7F || c > 0xFF) {
        return false;
      }
    }
    return true;
  }

  /** The value of a hexadecimal digit, -1 for anything else. */
  static int hex(char c) {
    if (c >= '0' && c <= '9') {
      return c - '0';
    }
    char lower = (char) (c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }

  /** Whether a comma-separated list holds a token, whatever its case. */
  static boolean listHolds(CharSequence list, String token) {
    int start = 0;
    int length = list.length();
    while (start <= length) {
      int end = start;
      while (end < length && list.charAt(end) != ',') {
        end++;
      }
      int from = start;
      int to = end;
      while (from < to && isBlank(list.charAt(from))) {
        from++;
      }
      while (to > from && isBlank(list.charAt(to - 1))) {
        to--;
      }
      if (equalsIgnoreCase(list, from, to, token)) {
        return true;
      }
      start = end + 1;
    }
    return false;
  }

  static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  private static boolean equalsIgnoreCase(CharSequence text, int from, int to, String token) {
    if (to - from != token.length()) {
      return false;
    }
    for (int i = 0; i < token.length(); i++) {
      char a = text.charAt(from + i);
      char b = token.charAt(i);
      if (a != b && (a | 0x20) != (b | 0x20)) {
        return false;
      }
    }
    return true;
  }
}
