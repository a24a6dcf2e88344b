package io.reseal.config.schema;

import java.util.List;

/**
 * A group of keys.
 *
 * @param name for messages and the reference page
 * @param about one sentence
 */
public record ObjectType(String name, String about, List<Field> fields) {
  public ObjectType {
    fields = List.copyOf(fields);
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
