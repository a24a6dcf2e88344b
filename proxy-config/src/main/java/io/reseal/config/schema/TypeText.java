package io.reseal.config.schema;

import java.time.Duration;

/** What a value may be, in words for messages and the reference page. */
public final class TypeText {
  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;
  private static final long TIB = 1L << 40;
  private static final long MINUTE = 60_000L;
  private static final long HOUR = 60 * MINUTE;

  private TypeText() {}

  /** The type with its bounds, as {@code a whole number from 1 to 100}. */
  public static String of(FieldType type) {
    return switch (type) {
      case FieldType.Text ignored -> "text";
      case FieldType.Flag ignored -> "true or false";
      case FieldType.Whole whole -> "a whole number from " + whole.least() + " to " + whole.most();
      case FieldType.Size size ->
        "a size, as 16KiB, 10MiB, 2GiB or a number of bytes, from " + size(size.least()) + " to "
            + size(size.most());
      case FieldType.Time time ->
        "a time, as 500ms, 10s, 2m or 1h, from " + time(time.leastMillis()) + " to "
            + time(time.mostMillis());
      case FieldType.Choice choice -> "one of " + String.join(", ", choice.words());
      case FieldType.ListOf list -> list(list.element());
      case FieldType.Group group -> "a group of keys";
      case FieldType.Named named -> "names, each with a group of keys";
      case FieldType.Short shorthand ->
        "text, or a group with the key " + shorthand.type().fields().getFirst().key();
    };
  }

  private static String list(FieldType element) {
    return switch (element) {
      case FieldType.Choice choice -> "a list of " + String.join(", ", choice.words());
      case FieldType.Group ignored -> "a list of groups: each entry starts with a dash";
      default -> "text or a list of texts";
    };
  }

  /** A size as a user would write it. */
  public static String size(long bytes) {
    if (bytes % TIB == 0) {
      return bytes / TIB + "TiB";
    }
    if (bytes % GIB == 0) {
      return bytes / GIB + "GiB";
    }
    if (bytes % MIB == 0) {
      return bytes / MIB + "MiB";
    }
    return bytes % 1024 == 0 ? bytes / 1024 + "KiB" : Long.toString(bytes);
  }

  /** A time as a user would write it. */
  public static String time(Duration time) {
    return time(time.toMillis());
  }

  /** A time in milliseconds as a user would write it. */
  public static String time(long millis) {
    if (millis % HOUR == 0) {
      return millis / HOUR + "h";
    }
    if (millis % MINUTE == 0) {
      return millis / MINUTE + "m";
    }
    return millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
  }
}
