package io.reseal.config.schema;

import java.util.List;

/** What a value may be. */
public sealed interface FieldType {
  FieldType TEXT = new Text();
  FieldType FLAG = new Flag();

  /** Any text. */
  record Text() implements FieldType {}

  /** {@code true} or {@code false}. */
  record Flag() implements FieldType {}

  /** A whole number, both bounds allowed. */
  record Whole(long least, long most) implements FieldType {}

  /** A number of bytes, as {@code 16KiB}; both bounds allowed. */
  record Size(long least, long most) implements FieldType {}

  /** A time, as {@code 10s}; the bounds in milliseconds are allowed. */
  record Time(long leastMillis, long mostMillis) implements FieldType {}

  /** One of these words. */
  record Choice(List<String> words) implements FieldType {}

  /**
   * A list of such values; a single value may stand for a list of one, unless it is a group.
   *
   * @param least how many there must be: 0 or 1
   */
  record ListOf(FieldType element, int least) implements FieldType {}

  /** A group of keys. */
  record Group(ObjectType type) implements FieldType {}

  /** Names of the user's choice, each with a group of keys. */
  record Named(ObjectType type) implements FieldType {}

  /** A group of keys, or just the text of its one required key. */
  record Short(ObjectType type) implements FieldType {}
}
