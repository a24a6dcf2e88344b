package io.reseal.config.read;

import java.util.Locale;

/** Numbers with units as users write them. */
final class Quantity {
  private static final int MOST_DIGITS = 15;

  private Quantity() {}

  static long whole(String text) throws BadQuantityException {
    return digits(text, text.length(), "a whole number");
  }

  static long size(String text) throws BadQuantityException {
    String expected = "a size, as 16KiB, 10MiB, 2GiB or a number of bytes";
    int end = unitStart(text);
    String unit = text.substring(end).strip().toLowerCase(Locale.ROOT);
    int shift = switch (unit) {
      case "", "b" -> 0;
      case "kib" -> 10;
      case "mib" -> 20;
      case "gib" -> 30;
      case "tib" -> 40;
      default -> throw new BadQuantityException(expected);
    };
    long number = digits(text, end, expected);
    if (number > Long.MAX_VALUE >> shift) {
      throw new BadQuantityException(expected);
    }
    return number << shift;
  }

  static long millis(String text) throws BadQuantityException {
    String expected = "a time, as 500ms, 10s, 2m or 1h";
    int end = unitStart(text);
    long factor = switch (text.substring(end).strip()) {
      case "ms" -> 1;
      case "s" -> 1_000;
      case "m" -> 60_000;
      case "h" -> 3_600_000;
      default -> throw new BadQuantityException(expected);
    };
    return Math.multiplyExact(Math.min(digits(text, end, expected), 1L << 40), factor);
  }

  private static int unitStart(String text) {
    int end = 0;
    while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
      end++;
    }
    return end;
  }

  private static long digits(String text, int end, String expected) throws BadQuantityException {
    if (end == 0 || end > MOST_DIGITS || unitStart(text) < end) {
      throw new BadQuantityException(expected);
    }
    return Long.parseLong(text.substring(0, end));
  }

  /** A text that is no such number. */
  static final class BadQuantityException extends Exception {
    private static final long serialVersionUID = 1L;
    private final String expected;

    BadQuantityException(String expected) {
      super(expected, null, false, false);
      this.expected = expected;
    }

    String expected() {
      return expected;
    }
  }
}
