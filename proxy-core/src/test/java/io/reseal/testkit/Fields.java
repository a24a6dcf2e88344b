package io.reseal.testkit;

import java.util.List;
import java.util.Locale;

/** The field lines of one message as they stood on the wire, in order. */
public record Fields(List<Field> lines) {
  public static final Fields NONE = new Fields(List.of());

  public Fields {
    lines = List.copyOf(lines);
  }

  /** One field line; the value without surrounding whitespace. */
  public record Field(String name, String value) {
    @Override
    public String toString() {
      return name + ": " + value;
    }
  }

  /** The values of all lines of this name, whatever its case. */
  public List<String> all(String name) {
    return lines.stream()
        .filter(field -> field.name().equalsIgnoreCase(name))
        .map(Field::value)
        .toList();
  }

  /** The value of the first line of this name, or empty. */
  public String first(String name) {
    List<String> values = all(name);
    return values.isEmpty() ? "" : values.getFirst();
  }

  public boolean has(String name) {
    return !all(name).isEmpty();
  }

  /** The distinct names in lower case. */
  public List<String> names() {
    return lines.stream()
        .map(field -> field.name().toLowerCase(Locale.ROOT))
        .distinct()
        .toList();
  }
}
