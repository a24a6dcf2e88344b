package io.reseal.server.kit;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** A JSON object that was read. */
public record Json(Map<?, ?> keys) {
  public static Json parse(String text) {
    // Every JSON document is a YAML document.
    return of(new Load(LoadSettings.builder().build()).loadFromString(text));
  }

  private static Json of(Object value) {
    return new Json((Map<?, ?>) value);
  }

  /** The value of a key, which must be there. */
  public Object get(String key) {
    return Objects.requireNonNull(keys.get(key), key);
  }

  /** Every key with its value. */
  public Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    keys.forEach((key, value) -> fields.put(key.toString(), value));
    return fields;
  }

  /** The same without objects in it: their keys are joined by dots. */
  public Json flat() {
    Map<String, Object> flat = new LinkedHashMap<>();
    keys.forEach((key, value) -> {
      if (value instanceof Map<?, ?>) {
        of(value).flat().keys.forEach((inner, each) -> flat.put(key + "." + inner, each));
      } else {
        flat.put(key.toString(), value);
      }
    });
    return new Json(flat);
  }

  public int number(String key) {
    return (Integer) get(key);
  }

  public Json object(String key) {
    return of(get(key));
  }

  public List<Json> objects(String key) {
    return ((List<?>) get(key)).stream().map(Json::of).toList();
  }

  /** The object of a list that has this text under a key. */
  public Json object(String list, String key, String text) {
    return objects(list).stream()
        .filter(each -> each.get(key).equals(text))
        .findFirst()
        .orElseThrow();
  }

  public List<String> names() {
    return keys.keySet().stream().map(Object::toString).collect(Collectors.toList());
  }
}
