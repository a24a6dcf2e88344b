package io.reseal.config.check;

import java.util.Collection;

/** Text from the configuration, safe to show in a message. */
public final class UserText {
  private static final int MOST_SHOWN = 64;

  private UserText() {}

  /** In quotes, cut at 64 characters, control characters replaced. */
  public static String quoted(String text) {
    return '"' + plain(text) + '"';
  }

  /** Cut at 64 characters, control characters replaced. */
  public static String plain(String text) {
    String shown = text.length() > MOST_SHOWN ? text.substring(0, MOST_SHOWN) + "..." : text;
    return printable(shown);
  }

  private static String printable(String text) {
    StringBuilder safe = new StringBuilder(text.length());
    text.codePoints().forEach(c -> safe.appendCodePoint(Character.isISOControl(c) ? '?' : c));
    return safe.toString();
  }

  /** The words that would have been right, as {@code one of a, b}. */
  public static String oneOf(Collection<String> words) {
    return (words.size() == 1 ? "" : "one of ") + printable(String.join(", ", words));
  }
}
