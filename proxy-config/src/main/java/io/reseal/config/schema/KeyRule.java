package io.reseal.config.schema;

import java.util.List;

/**
 * Keys of one group that exclude each other.
 *
 * @param keys two or more
 * @param required whether one of them must be there
 */
public record KeyRule(List<String> keys, boolean required) {
  public KeyRule {
    keys = List.copyOf(keys);
  }

  /** One of these keys, no less and no more. */
  public static KeyRule exactlyOne(String... keys) {
    return new KeyRule(List.of(keys), /* required= */ true);
  }

  /** One of these keys, or none. */
  public static KeyRule atMostOne(String... keys) {
    return new KeyRule(List.of(keys), /* required= */ false);
  }

  /** The rule in words, as {@code exactly one of a, b}. */
  @Override
  public String toString() {
    return (required ? "exactly one of " : "at most one of ") + String.join(", ", keys);
  }
}
