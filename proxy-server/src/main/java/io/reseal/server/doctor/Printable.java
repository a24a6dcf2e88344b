package io.reseal.server.doctor;

/** Text that may hold what a peer wrote, as of a certificate, made fit for a terminal. */
final class Printable {
  private Printable() {}

  /** Escapes control characters, which could move the cursor or change what was printed before. */
  static String of(String text) {
    if (text.chars().noneMatch(Character::isISOControl)) {
      return text;
    }
    StringBuilder safe = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c)) {
        safe.append(String.format("\\u%04x", (int) c));
      } else {
        safe.append(c);
      }
    }
    return safe.toString();
  }
}
