package io.reseal.config.read;

import io.reseal.config.Location;
import io.reseal.config.check.Findings;
import io.reseal.config.check.Suggestion;
import io.reseal.config.check.UserText;
import io.reseal.config.schema.Field;
import io.reseal.config.schema.FieldType;
import io.reseal.config.schema.KeyRule;
import io.reseal.config.schema.ObjectType;
import io.reseal.config.schema.TypeText;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The check of one group's keys against the schema: known, once, with a value, none missing. */
final class KeyCheck {
  private final ObjectType type;
  private final String path;
  private final Location location;
  private final Findings findings;
  private final Map<String, YamlNode> values = new LinkedHashMap<>();
  private final Set<String> seen = new HashSet<>();

  KeyCheck(ObjectType type, String path, Location location, Findings findings) {
    this.type = type;
    this.path = path;
    this.location = location;
    this.findings = findings;
  }

  /** The path of a key in the group of that path. */
  static String join(String path, String key) {
    return path.isEmpty() ? UserText.plain(key) : path + "." + UserText.plain(key);
  }

  /** The keys with a value. */
  Map<String, YamlNode> values() {
    return values;
  }

  /** The known keys that are there, with a value or without. */
  Set<String> seen() {
    return seen;
  }

  void run(YamlNode node) {
    if (node instanceof YamlNode.Mapping mapping) {
      mapping.entries().forEach(this::take);
    } else if (!Nodes.isNull(node)) {
      findings.error(
          location,
          type.name() + " must be a group of keys",
          Nodes.describe(node),
          "keys: " + String.join(", ", type.keys()),
          "Write each key on a line of its own, followed by a colon and its value.");
      return;
    }
    for (Field field : type.fields()) {
      if (field.required() && !seen.contains(field.key())) {
        findings.error(
            location,
            "missing key in " + type.name(),
            "",
            UserText.quoted(field.key()),
            "Add " + field.key() + ": " + field.about());
      }
    }
    type.rules().forEach(this::check);
  }

  private void take(YamlNode.Entry entry) {
    String key = Nodes.key(entry.key());
    String keyPath = join(path, key);
    YamlNode value = entry.value();
    Location at = Nodes.at(entry.key(), keyPath, location.file());
    if (!type.keys().contains(key)) {
      findings.error(
          at,
          "unknown key in " + type.name(),
          UserText.quoted(key),
          UserText.oneOf(type.keys()),
          key.equals("<<")
              ? "Merge keys are not read; write the keys out."
              : Suggestion.of(key, type.keys(), "Remove it, or use one of the known keys."));
    } else if (!seen.add(key)) {
      findings.error(at, "key given twice", UserText.quoted(key), "once", "Remove one of them.");
    } else if (isMissing(value, type.field(key).type())) {
      findings.error(
          Nodes.at(value, keyPath, location.file()),
          "key without a value",
          Nodes.describe(value),
          TypeText.of(type.field(key).type()),
          "Give it a value, or remove the key.");
    } else {
      findings.place(Nodes.at(value, keyPath, location.file()));
      values.put(key, value);
    }
  }

  /** Nothing where something is due. A group of keys may be empty: each key has a default then. */
  private static boolean isMissing(YamlNode value, FieldType type) {
    return switch (type) {
      case FieldType.Group ignored -> false;
      case FieldType.Named ignored -> false;
      case FieldType.Text ignored -> Nodes.isBlank(value);
      case FieldType.Short ignored -> Nodes.isBlank(value);
      default -> Nodes.isNull(value);
    };
  }

  private void check(KeyRule rule) {
    List<String> given = rule.keys().stream().filter(seen::contains).toList();
    if (given.isEmpty() && rule.required()) {
      findings.error(
          location,
          "missing key in " + type.name(),
          "",
          rule.toString(),
          "Add " + rule.keys().getFirst() + ": "
              + type.field(rule.keys().getFirst()).about());
    } else if (given.size() > 1) {
      findings.error(
          findings.at(join(path, given.get(1))),
          "keys that exclude each other in " + type.name(),
          String.join(", ", given),
          rule.toString(),
          "Remove all but one.");
    }
  }
}
