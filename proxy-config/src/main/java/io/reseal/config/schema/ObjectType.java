package io.reseal.config.schema;

import java.util.List;

/**
 * A group of keys.
 *
 * @param name for messages and the reference page
 * @param about one sentence
 * @param rules which keys exclude each other
 */
public record ObjectType(String name, String about, List<Field> fields, List<KeyRule> rules) {
  public ObjectType {
    fields = List.copyOf(fields);
    rules = List.copyOf(rules);
  }

  /** A group whose keys do not exclude each other. */
  public ObjectType(String name, String about, List<Field> fields) {
    this(name, about, fields, List.of());
  }

  /** The keys in order. */
  public List<String> keys() {
    return fields.stream().map(Field::key).toList();
  }

  /** A key that this type has. */
  public Field field(String key) {
    for (Field field : fields) {
      if (field.key().equals(key)) {
        return field;
      }
    }
    throw new IllegalArgumentException(name + " has no key " + key + " (expected: " + keys() + ")");
  }
}
