package io.reseal.config.schema;

import io.reseal.config.schema.FieldType.Choice;
import io.reseal.config.schema.FieldType.ListOf;
import io.reseal.config.schema.FieldType.Size;
import io.reseal.config.schema.FieldType.Time;
import io.reseal.config.schema.FieldType.Whole;
import java.time.Duration;
import java.util.List;

/** The ways to describe a key, and what keys of several sections have in common. */
final class Keys {
  static final FieldType TEXTS = new ListOf(FieldType.TEXT, 1);
  static final FieldType TEXTS_OR_NONE = new ListOf(FieldType.TEXT, 0);
  static final FieldType VERSIONS = new ListOf(new Choice(List.of("TLSv1.2", "TLSv1.3")), 1);
  static final String CRL_RULES =
      " Where there are any, revocation is checked: every certificate of the chain below the"
          + " trusted CA needs a CRL of its issuer that is in force, and is refused without one.";
  private static final long MOST_MILLIS = Duration.ofDays(365).toMillis();

  private Keys() {}

  static Field required(String key, FieldType type, String about) {
    return new Field(key, type, "", true, about);
  }

  static Field optional(String key, FieldType type, String defaultText, String about) {
    return new Field(key, type, defaultText, false, about);
  }

  static Field size(String key, long standard, long least, long most, String about) {
    return optional(key, new Size(least, most), TypeText.size(standard), about);
  }

  static Field whole(String key, long standard, long least, long most, String about) {
    return optional(key, new Whole(least, most), text(standard), about);
  }

  /** A time of at least 1 ms and at most a year. */
  static Field time(String key, Duration standard, String about) {
    return optional(key, new Time(1, MOST_MILLIS), TypeText.time(standard), about);
  }

  /** A number as a user would write it. */
  static String text(long number) {
    return Long.toString(number);
  }
}
