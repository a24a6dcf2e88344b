package io.reseal.config.docs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.reseal.config.schema.ConfigSchema;
import io.reseal.config.schema.Field;
import io.reseal.config.schema.FieldType;
import io.reseal.config.schema.KeyRule;
import io.reseal.config.schema.ObjectType;
import java.util.List;

/**
 * The JSON Schema (draft 2020-12) by which editors check and complete a configuration file. It
 * accepts what the reader accepts as far as one group of keys tells. Rules across groups are the
 * reader's alone, and so is its tolerance of numbers in quotes and of text that looks like one.
 */
public final class JsonSchemaPage {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private JsonSchemaPage() {}

  /** The whole document, ending in a line feed. */
  public static String text() {
    ObjectNode root = JSON.objectNode();
    root.put("$schema", "https://json-schema.org/draft/2020-12/schema");
    root.put("title", "Reseal configuration");
    root.setAll(object(ConfigSchema.ROOT));
    ObjectNode definitions = root.putObject("$defs");
    for (ObjectType type : ConfigSchema.ALL) {
      if (type != ConfigSchema.ROOT) {
        definitions.set(JsonTypes.idOf(type), object(type));
      }
    }
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
    printer.indentObjectsWith(indenter);
    printer.indentArraysWith(indenter);
    try {
      return new ObjectMapper().writer(printer).writeValueAsString(root) + "\n";
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("a JSON tree cannot be written", impossible);
    }
  }

  private static ObjectNode object(ObjectType type) {
    ObjectNode object = JSON.objectNode();
    object.put("description", type.about());
    // A group without keys is "nothing" to YAML, and legal where every key has a default.
    List<String> required = required(type);
    if (required.isEmpty() && type.rules().stream().noneMatch(KeyRule::required)) {
      object.putArray("type").add("object").add("null");
    } else {
      object.put("type", "object");
    }
    object.put("additionalProperties", false);
    ObjectNode properties = object.putObject("properties");
    for (Field field : type.fields()) {
      properties.set(field.key(), property(field));
    }
    if (!required.isEmpty()) {
      ArrayNode names = object.putArray("required");
      required.forEach(names::add);
    }
    if (!type.rules().isEmpty()) {
      ArrayNode rules = object.putArray("allOf");
      type.rules().forEach(rule -> rules.add(rule(rule)));
    }
    return object;
  }

  private static List<String> required(ObjectType type) {
    return type.fields().stream().filter(Field::required).map(Field::key).toList();
  }

  private static ObjectNode property(Field field) {
    ObjectNode property = JSON.objectNode();
    String standard = field.defaultText().isEmpty() || field.type() instanceof FieldType.Group
        ? ""
        : " Default: " + field.defaultText() + ".";
    property.put("description", field.about().replace("`", "") + standard);
    property.setAll(JsonTypes.of(field.type()));
    return property;
  }

  /** One of the keys, or none where none is due. */
  private static ObjectNode rule(KeyRule rule) {
    ObjectNode result = JSON.objectNode();
    ArrayNode alternatives = result.putArray("oneOf");
    for (String key : rule.keys()) {
      alternatives.addObject().putArray("required").add(key);
    }
    if (!rule.required()) {
      ArrayNode none = alternatives.addObject().putObject("not").putArray("anyOf");
      rule.keys().forEach(key -> none.addObject().putArray("required").add(key));
    }
    return result;
  }
}
