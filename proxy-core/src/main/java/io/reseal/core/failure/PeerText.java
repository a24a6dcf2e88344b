package io.reseal.core.failure;

/** Text that came from a peer, made fit for logs and error details. */
public final class PeerText {
  private static final int MOST_CHARACTERS = 64;

  private PeerText() {}

  /** Escapes what is not printable ASCII and cuts the rest after 64 characters. */
  public static String quote(String text) {
    return escape(text, MOST_CHARACTERS);
  }

  /** Escapes what is not printable ASCII, cut after a number of characters. */
  public static String escape(String text, int most) {
    StringBuilder result = new StringBuilder(Math.min(text.length(), most) + 8);
    for (int i = 0; i < text.length(); i++) {
      if (i == most) {
        return result.append("...").toString();
      }
      char c = text.charAt(i);
      if (c == '\\') {
        result.append("\\\\");
      } else if (c >= ' ' && c < 0x7F) {
        result.append(c);
      } else {
        result.append("\\u").append(String.format("%04x", (int) c));
      }
    }
    return result.toString();
  }
}
