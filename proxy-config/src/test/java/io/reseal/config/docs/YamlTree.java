package io.reseal.config.docs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** YAML as the JSON tree that an editor checks. */
final class YamlTree {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private YamlTree() {}

  static JsonNode of(String yaml) {
    return MAPPER.valueToTree(new Load(LoadSettings.builder().build()).loadFromString(yaml));
  }
}
