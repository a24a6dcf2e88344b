package io.reseal.config.read;

import io.reseal.config.Location;
import io.reseal.config.check.Findings;
import io.reseal.config.check.Suggestion;
import io.reseal.config.schema.Field;
import io.reseal.config.schema.FieldType;
import io.reseal.config.schema.ObjectType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * One group of keys in the file: checks the keys against the schema and turns values into what the
 * schema says they are. What is wrong becomes a finding, and the default takes its place, so that
 * reading goes on to the next mistake.
 */
final class Section {
  private final ObjectType type;
  private final String path;
  private final Location location;
  private final Findings findings;
  private final String file;
  private final Map<String, Node> values = new LinkedHashMap<>();

  private Section(ObjectType type, String path, Location location, Findings findings, String file) {
    this.type = type;
    this.path = path;
    this.location = location;
    this.findings = findings;
    this.file = file;
  }

  static Section of(
      ObjectType type, @Nullable Node node, String path, Findings findings, String file) {
    Location location = node == null ? new Location(file, 0, 0, path) : at(node, path, file);
    Section section = new Section(type, path, location, findings, file);
    if (node != null) {
      findings.place(location);
      section.fill(node);
    }
    return section;
  }

  private void fill(Node node) {
    if (isNull(node)) {
      return;
    }
    if (!(node instanceof MappingNode mapping)) {
      findings.error(
          location,
          "a " + type.name() + " must be a group of keys",
          describe(node),
          "keys: " + String.join(", ", type.keys()),
          "");
      return;
    }
    for (NodeTuple tuple : mapping.getValue()) {
      String key = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "?";
      Location at = at(tuple.getKeyNode(), join(key), file);
      if (!type.keys().contains(key)) {
        findings.error(
            at,
            "unknown key in " + type.name(),
            quoted(key),
            "one of " + String.join(", ", type.keys()),
            Suggestion.of(key, type.keys()));
      } else if (values.containsKey(key)) {
        findings.error(at, "key given twice", quoted(key), "once", "Remove one of them.");
      } else {
        findings.place(at(tuple.getValueNode(), join(key), file));
        values.put(key, tuple.getValueNode());
      }
    }
    for (Field field : type.fields()) {
      if (field.required() && !values.containsKey(field.key())) {
        findings.error(
            location, "missing key in " + type.name(), "", quoted(field.key()), field.about());
      }
    }
  }

  private String join(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  String path() {
    return path;
  }

  Location location() {
    return location;
  }

  /** The place of one of the keys, or of the group where the key is missing. */
  Location at(String key) {
    Node node = values.get(key);
    return node == null ? location : at(node, join(key), file);
  }

  /** Whether the key is there, with a value or without. */
  boolean names(String key) {
    return values.containsKey(key);
  }

  /** Whether the key is there with a value. */
  boolean has(String key) {
    Node node = values.get(key);
    return node != null && !isNull(node);
  }

  // ---- values

  String text(String key, String standard) {
    Node node = values.get(key);
    return node == null || isNull(node) ? standard : scalar(node, key, "text", standard);
  }

  boolean flag(String key, boolean standard) {
    Node node = values.get(key);
    if (node == null) {
      return standard;
    }
    String value = scalar(node, key, "true or false", Boolean.toString(standard));
    switch (value) {
      case "true":
        return true;
      case "false":
        return false;
      default:
        wrong(key, node, "true or false", "");
        return standard;
    }
  }

  String choice(String key, String standard) {
    FieldType.Choice choice = (FieldType.Choice) type.field(key).type();
    String value = text(key, standard);
    if (!choice.words().contains(value)) {
      wrong(
          key,
          values.get(key),
          "one of " + String.join(", ", choice.words()),
          Suggestion.of(value, choice.words()));
      return standard;
    }
    return value;
  }

  long number(String key, long standard) {
    Node node = values.get(key);
    if (node == null) {
      return standard;
    }
    FieldType fieldType = type.field(key).type();
    String value = scalar(node, key, "a number", "");
    try {
      return switch (fieldType) {
        case FieldType.Whole whole ->
          within(key, node, Quantity.whole(value), whole.least(), whole.most(), standard);
        case FieldType.Size size ->
          within(key, node, Quantity.size(value), size.least(), size.most(), standard);
        default -> throw new IllegalArgumentException(key + " is no number");
      };
    } catch (Quantity.BadQuantityException bad) {
      wrong(key, node, bad.expected(), zeroHint(value));
      return standard;
    }
  }

  Duration time(String key, Duration standard) {
    Node node = values.get(key);
    if (node == null) {
      return standard;
    }
    FieldType.Time bounds = (FieldType.Time) type.field(key).type();
    String value = scalar(node, key, "a time, as 10s", "");
    try {
      long millis = Quantity.millis(value);
      return Duration.ofMillis(within(
          key, node, millis, bounds.leastMillis(), bounds.mostMillis(), standard.toMillis()));
    } catch (Quantity.BadQuantityException bad) {
      wrong(key, node, bad.expected(), zeroHint(value));
      return standard;
    }
  }

  private long within(String key, Node node, long value, long least, long most, long standard) {
    if (value < least || value > most) {
      wrong(key, node, least + " to " + most, value == 0 ? ZERO_HINT : "");
      return standard;
    }
    return value;
  }

  private static final String ZERO_HINT =
      "0 does not mean unlimited; every bound stays on. Choose a large value instead.";

  private static String zeroHint(String value) {
    return value.startsWith("0") || value.equals("unlimited") ? ZERO_HINT : "";
  }

  /** The texts of a list; a single text stands for a list of one. */
  List<Text> texts(String key) {
    Node node = values.get(key);
    if (node == null || isNull(node)) {
      return List.of();
    }
    List<Text> texts = new ArrayList<>();
    if (node instanceof SequenceNode sequence) {
      int index = 0;
      for (Node element : sequence.getValue()) {
        Location at = at(element, join(key) + "[" + index++ + "]", file);
        findings.place(at);
        if (element instanceof ScalarNode scalar && !isNull(element)) {
          texts.add(new Text(scalar.getValue(), at));
        } else {
          findings.error(at, "wrong value", describe(element), "text", "");
        }
      }
    } else {
      texts.add(new Text(scalar(node, key, "text or a list", ""), at(key)));
    }
    return texts;
  }

  /** The groups of a list. */
  List<Section> sections(String key, ObjectType of) {
    Node node = values.get(key);
    if (node == null || isNull(node)) {
      return List.of();
    }
    if (!(node instanceof SequenceNode sequence)) {
      wrong(key, node, "a list: each entry starts with a dash", "");
      return List.of();
    }
    List<Section> sections = new ArrayList<>();
    for (Node element : sequence.getValue()) {
      String elementPath = join(key) + "[" + sections.size() + "]";
      sections.add(of(of, element, elementPath, findings, file));
    }
    return sections;
  }

  /** The groups under names of the user's choice, in the order of the file. */
  Map<String, Section> named(String key, ObjectType of) {
    Node node = values.get(key);
    Map<String, Section> sections = new LinkedHashMap<>();
    if (node == null || isNull(node)) {
      return sections;
    }
    if (!(node instanceof MappingNode mapping)) {
      wrong(key, node, "names, each with its keys", "");
      return sections;
    }
    for (NodeTuple tuple : mapping.getValue()) {
      String name = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "?";
      String namedPath = join(key) + "." + name;
      if (sections.containsKey(name)) {
        findings.error(
            at(tuple.getKeyNode(), namedPath, file),
            "name given twice",
            quoted(name),
            "once",
            "Rename or remove one of them.");
        continue;
      }
      sections.put(name, of(of, tuple.getValueNode(), namedPath, findings, file));
    }
    return sections;
  }

  /** A group, empty where the key is missing. */
  Section section(String key, ObjectType of) {
    return of(of, values.get(key), join(key), findings, file);
  }

  /** A group, or its only key's text written in its place. */
  String shorthand(String key, ObjectType of, String only) {
    Node node = values.get(key);
    if (node instanceof ScalarNode scalar && !isNull(node)) {
      return scalar.getValue();
    }
    return section(key, of).text(only, "");
  }

  // ---- what is wrong

  private String scalar(Node node, String key, String expected, String standard) {
    if (node instanceof ScalarNode scalar) {
      return scalar.getValue();
    }
    wrong(key, node, expected, "");
    return standard;
  }

  void wrong(String key, @Nullable Node node, String expected, String hint) {
    findings.error(at(key), "wrong value", node == null ? "" : describe(node), expected, hint);
  }

  /** Reports a value of one of the keys. */
  void error(String key, String what, String found, String expected, String hint) {
    findings.error(at(key), what, found, expected, hint);
  }

  static String quoted(String text) {
    String shown = text.length() > 64 ? text.substring(0, 64) + "..." : text;
    StringBuilder safe = new StringBuilder("\"");
    for (int i = 0; i < shown.length(); i++) {
      char c = shown.charAt(i);
      safe.append(c < ' ' || c == 0x7F ? '?' : c);
    }
    return safe.append('"').toString();
  }

  private static String describe(Node node) {
    if (node instanceof ScalarNode scalar) {
      return isNull(node) ? "nothing" : quoted(scalar.getValue());
    }
    return node instanceof SequenceNode ? "a list" : "a group of keys";
  }

  private static boolean isNull(Node node) {
    return node instanceof ScalarNode scalar
        && scalar.isPlain()
        && (scalar.getValue().isEmpty()
            || scalar.getValue().equals("null")
            || scalar.getValue().equals("~"));
  }

  private static Location at(Node node, String path, String file) {
    return node.getStartMark()
        .map(mark -> new Location(file, mark.getLine() + 1, mark.getColumn() + 1, path))
        .orElseGet(() -> new Location(file, 0, 0, path));
  }

  /** A text and its place. */
  record Text(String value, Location location) {}
}
