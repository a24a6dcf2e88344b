package io.reseal.config.read;

import io.reseal.config.Location;
import io.reseal.config.check.UserText;

/** What one YAML node is and where it stands. */
final class Nodes {
  private Nodes() {}

  /** Whether a node stands for no value: nothing after the colon, {@code null} or {@code ~}. */
  static boolean isNull(YamlNode node) {
    return node instanceof YamlNode.Scalar scalar
        && scalar.plain()
        && (scalar.value().isEmpty()
            || scalar.value().equals("null")
            || scalar.value().equals("~"));
  }

  /** Whether a node is the empty text {@code ""}. */
  static boolean isBlank(YamlNode node) {
    return node instanceof YamlNode.Scalar scalar && scalar.value().isBlank();
  }

  /** The text of a scalar, a question mark for anything else. */
  static String key(YamlNode node) {
    return node instanceof YamlNode.Scalar scalar ? scalar.value() : "?";
  }

  /** The node in words for "found". */
  static String describe(YamlNode node) {
    return switch (node) {
      case YamlNode.Scalar scalar -> isNull(node) ? "nothing" : UserText.quoted(scalar.value());
      case YamlNode.Sequence list -> "a list";
      case YamlNode.Mapping group -> "a group of keys";
    };
  }

  /** The place of a node. */
  static Location at(YamlNode node, String path, String file) {
    return new Location(file, node.line(), node.column(), path);
  }
}
