package io.reseal.core.http;

/** The numbers of Content-Length: digits and nothing else (RFC 9110 section 8.6). */
final class Lengths {
  private Lengths() {}

  /** The number, or -1 where the text is none of at most this many digits. */
  static long parse(CharSequence text, int mostDigits) {
    int digits = text.length();
    if (digits == 0 || digits > mostDigits) {
      return -1;
    }
    long value = 0;
    for (int i = 0; i < digits; i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      value = value * 10 + c - '0';
    }
    return value;
  }
}
