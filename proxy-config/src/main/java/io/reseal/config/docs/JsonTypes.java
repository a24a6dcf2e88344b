package io.reseal.config.docs;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.reseal.config.schema.FieldType;
import io.reseal.config.schema.ObjectType;

/** The types of values in JSON Schema. */
final class JsonTypes {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** At least one character that is no space. */
  private static final String NOT_BLANK = "\\S";

  private static final String SIZE = "^[0-9]{1,15} *(([KkMmGgTt][Ii])?[Bb])?$";
  private static final String TIME = "^[0-9]{1,15} *(ms|s|m|h)$";

  private JsonTypes() {}

  /** The name of a group of keys among the definitions. */
  static String idOf(ObjectType type) {
    return type.name().replace(' ', '-');
  }

  static ObjectNode of(FieldType type) {
    return switch (type) {
      case FieldType.Text ignored -> textual(NOT_BLANK);
      case FieldType.Flag ignored -> typed("boolean");
      case FieldType.Whole whole -> between(typed("integer"), whole.least(), whole.most());
      case FieldType.Size size ->
        either(between(typed("integer"), size.least(), size.most()), textual(SIZE));
      case FieldType.Time ignored -> textual(TIME);
      case FieldType.Choice choice -> words(choice);
      case FieldType.ListOf list -> list(list);
      case FieldType.Group group -> reference(group.type());
      case FieldType.Named named -> named(named.type());
      case FieldType.Short shorthand -> either(textual(NOT_BLANK), reference(shorthand.type()));
    };
  }

  private static ObjectNode typed(String name) {
    return JSON.objectNode().put("type", name);
  }

  private static ObjectNode textual(String pattern) {
    return typed("string").put("pattern", pattern);
  }

  private static ObjectNode between(ObjectNode number, long least, long most) {
    return number.put("minimum", least).put("maximum", most);
  }

  private static ObjectNode words(FieldType.Choice choice) {
    ObjectNode words = JSON.objectNode();
    ArrayNode values = words.putArray("enum");
    for (String word : choice.words()) {
      // YAML reads a word of digits as a number.
      if (word.chars().allMatch(Character::isDigit)) {
        values.add(Integer.parseInt(word));
      } else {
        values.add(word);
      }
    }
    return words;
  }

  private static ObjectNode list(FieldType.ListOf list) {
    ObjectNode array = typed("array");
    array.set("items", of(list.element()));
    if (list.least() > 0) {
      array.put("minItems", list.least());
    }
    return list.element() instanceof FieldType.Group ? array : either(of(list.element()), array);
  }

  private static ObjectNode named(ObjectType type) {
    ObjectNode names = JSON.objectNode();
    names.putArray("type").add("object").add("null");
    names.set("propertyNames", JSON.objectNode().put("pattern", NOT_BLANK));
    names.set("additionalProperties", reference(type));
    return names;
  }

  private static ObjectNode reference(ObjectType type) {
    return JSON.objectNode().put("$ref", "#/$defs/" + idOf(type));
  }

  private static ObjectNode either(ObjectNode one, ObjectNode other) {
    ObjectNode either = JSON.objectNode();
    either.putArray("anyOf").add(one).add(other);
    return either;
  }
}
