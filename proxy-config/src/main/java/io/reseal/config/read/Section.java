package io.reseal.config.read;

import io.reseal.config.Location;
import io.reseal.config.check.Findings;
import io.reseal.config.check.Suggestion;
import io.reseal.config.check.UserText;
import io.reseal.config.schema.ConfigSchema;
import io.reseal.config.schema.Field;
import io.reseal.config.schema.FieldType;
import io.reseal.config.schema.ObjectType;
import io.reseal.config.schema.TypeText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One group of keys in the file: turns values into what the schema says they are. What is wrong
 * becomes a finding, and the default takes its place, so that reading goes on to the next mistake.
 */
final class Section {
  private final ObjectType type;
  private final String path;
  private final Location location;
  private final Findings findings;
  private final String file;
  private final Map<String, YamlNode> values = new LinkedHashMap<>();
  private final Set<String> seen = new HashSet<>();

  private Section(ObjectType type, String path, Location location, Findings findings, String file) {
    this.type = type;
    this.path = path;
    this.location = location;
    this.findings = findings;
    this.file = file;
  }

  static Section of(
      ObjectType type, @Nullable YamlNode node, String path, Findings findings, String file) {
    Location location = node == null ? new Location(file, 0, 0, path) : Nodes.at(node, path, file);
    Section section = new Section(type, path, location, findings, file);
    if (node != null) {
      findings.place(location);
      KeyCheck keys = new KeyCheck(type, path, location, findings);
      keys.run(node);
      section.values.putAll(keys.values());
      section.seen.addAll(keys.seen());
    }
    return section;
  }

  private String join(String key) {
    return KeyCheck.join(path, key);
  }

  String path() {
    return path;
  }

  Location location() {
    return location;
  }

  /** The place of one of the keys, or of the group where the key is missing. */
  Location at(String key) {
    YamlNode node = values.get(key);
    return node == null ? location : Nodes.at(node, join(key), file);
  }

  /** Whether the key is there, with a value or (and then it is a finding) without. */
  boolean names(String key) {
    return seen.contains(key);
  }

  /** Whether the key is there with a value; a group of keys may be empty. */
  boolean has(String key) {
    return values.containsKey(key);
  }

  // ---- values

  String text(String key, String standard) {
    YamlNode node = values.get(key);
    return node == null ? standard : scalar(node, key, standard);
  }

  boolean flag(String key, boolean standard) {
    YamlNode node = values.get(key);
    if (node == null) {
      return standard;
    }
    String value = scalar(node, key, Boolean.toString(standard));
    if (!value.equals("true") && !value.equals("false")) {
      wrong(key, node, "");
      return standard;
    }
    return value.equals("true");
  }

  String choice(String key, String standard) {
    FieldType.Choice choice = (FieldType.Choice) type.field(key).type();
    String value = text(key, standard);
    YamlNode node = values.get(key);
    if (node != null && !choice.words().contains(value)) {
      wrong(key, node, Suggestion.of(value, choice.words(), ""));
      return standard;
    }
    return value;
  }

  long number(String key, long standard) {
    YamlNode node = values.get(key);
    if (!(node instanceof YamlNode.Scalar scalar)) {
      return none(key, node, standard);
    }
    try {
      return switch (type.field(key).type()) {
        case FieldType.Whole whole ->
          within(key, Quantity.whole(scalar.value()), whole.least(), whole.most(), standard);
        case FieldType.Size size ->
          within(key, Quantity.size(scalar.value()), size.least(), size.most(), standard);
        default -> throw new IllegalArgumentException(key + " is no number");
      };
    } catch (Quantity.BadQuantityException bad) {
      wrong(key, node, zeroHint(scalar.value()));
      return standard;
    }
  }

  Duration time(String key, Duration standard) {
    YamlNode node = values.get(key);
    if (!(node instanceof YamlNode.Scalar scalar)) {
      return none(key, node, standard);
    }
    FieldType.Time bounds = (FieldType.Time) type.field(key).type();
    try {
      long millis = Quantity.millis(scalar.value());
      return Duration.ofMillis(
          within(key, millis, bounds.leastMillis(), bounds.mostMillis(), standard.toMillis()));
    } catch (Quantity.BadQuantityException bad) {
      wrong(key, node, zeroHint(scalar.value()));
      return standard;
    }
  }

  private <T> T none(String key, @Nullable YamlNode node, T standard) {
    if (node != null) {
      wrong(key, node, "");
    }
    return standard;
  }

  private long within(String key, long value, long least, long most, long standard) {
    if (value < least || value > most) {
      wrong(key, Objects.requireNonNull(values.get(key)), zeroHint(Long.toString(value)));
      return standard;
    }
    return value;
  }

  /** Where bounds are set, users of other servers try 0 for "no bound". */
  private String zeroHint(String value) {
    boolean bound = type == ConfigSchema.LIMITS
        || type == ConfigSchema.TIMEOUTS
        || type == ConfigSchema.LISTENER;
    return bound && (value.startsWith("0") || value.equals("unlimited") || value.equals("-1"))
        ? "No bound can be switched off; choose a large value instead."
        : "";
  }

  /** The texts of a list; a single text stands for a list of one. Call once: it reports. */
  List<Text> texts(String key) {
    YamlNode node = values.get(key);
    FieldType.ListOf list = (FieldType.ListOf) type.field(key).type();
    List<Text> texts = new ArrayList<>();
    switch (node) {
      case null -> {}
      case YamlNode.Scalar scalar -> text(key, scalar, join(key), list).ifPresent(texts::add);
      case YamlNode.Sequence sequence -> {
        requireElements(key, sequence, list);
        int index = 0;
        for (YamlNode element : sequence.elements()) {
          text(key, element, join(key) + "[" + index++ + "]", list).ifPresent(texts::add);
        }
      }
      default -> wrong(key, node, "");
    }
    return texts;
  }

  private Optional<Text> text(String key, YamlNode node, String nodePath, FieldType.ListOf list) {
    Location at = Nodes.at(node, nodePath, file);
    findings.place(at);
    if (!(node instanceof YamlNode.Scalar scalar) || Nodes.isBlank(node)) {
      findings.error(
          at,
          "wrong value",
          Nodes.describe(node),
          TypeText.of(list.element()),
          "Give it a value, or remove the entry.");
      return Optional.empty();
    }
    String value = scalar.value();
    if (list.element() instanceof FieldType.Choice choice && !choice.words().contains(value)) {
      findings.error(
          at,
          "wrong value",
          UserText.quoted(value),
          TypeText.of(choice),
          Suggestion.of(value, choice.words(), correct(key)));
      return Optional.empty();
    }
    return Optional.of(new Text(value, at));
  }

  private void requireElements(String key, YamlNode.Sequence sequence, FieldType.ListOf list) {
    if (sequence.elements().size() < list.least()) {
      findings.error(
          at(key),
          "empty list",
          "[]",
          "at least one entry",
          type.field(key).required() ? "Add an entry." : "Add an entry, or remove the key.");
    }
  }

  /** The groups of a list. Call once: it reports. */
  List<Section> sections(String key, ObjectType of) {
    List<Section> sections = new ArrayList<>();
    elements(
        key,
        element ->
            sections.add(of(of, element, join(key) + "[" + sections.size() + "]", findings, file)));
    return sections;
  }

  /** The elements of a list of groups. Call once: it reports. */
  void elements(String key, Consumer<YamlNode> taker) {
    YamlNode node = values.get(key);
    switch (node) {
      case null -> {}
      case YamlNode.Sequence sequence -> {
        requireElements(key, sequence, (FieldType.ListOf) type.field(key).type());
        sequence.elements().forEach(taker);
      }
      default -> wrong(key, node, "Put a dash before each entry.");
    }
  }

  /** The groups under names of the user's choice, in the order of the file. Call once. */
  void entries(String key, Consumer<YamlNode.Entry> taker) {
    YamlNode node = values.get(key);
    if (node instanceof YamlNode.Mapping mapping) {
      mapping.entries().forEach(taker);
    } else if (node != null && !Nodes.isNull(node)) {
      wrong(key, node, "Write each name on a line of its own, and its keys below.");
    }
  }

  /** A group, empty where the key is missing. */
  Section section(String key, ObjectType of) {
    return of(of, values.get(key), join(key), findings, file);
  }

  /** A group, or its only key's text written in its place. */
  String shorthand(String key, ObjectType of, String only) {
    return values.get(key) instanceof YamlNode.Scalar scalar
        ? scalar.value()
        : section(key, of).text(only, "");
  }

  // ---- what is wrong

  private String scalar(YamlNode node, String key, String standard) {
    if (node instanceof YamlNode.Scalar scalar) {
      return scalar.value();
    }
    wrong(key, node, "");
    return standard;
  }

  private void wrong(String key, YamlNode node, String hint) {
    findings.error(
        at(key),
        "wrong value",
        Nodes.describe(node),
        TypeText.of(type.field(key).type()),
        hint.isEmpty() ? correct(key) : hint);
  }

  private String correct(String key) {
    Field field = type.field(key);
    return field.required() || field.defaultText().isEmpty()
        ? "Correct the value."
        : "Correct the value, or remove the key for the default: " + field.defaultText() + ".";
  }

  /** Reports a value of one of the keys. */
  void error(String key, String what, String found, String expected, String hint) {
    findings.error(at(key), what, found, expected, hint);
  }

  /** A text and its place. */
  record Text(String value, Location location) {}
}
