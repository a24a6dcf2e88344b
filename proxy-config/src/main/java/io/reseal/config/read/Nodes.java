package io.reseal.config.read;

import io.reseal.config.Location;
import io.reseal.config.check.UserText;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** What one YAML node is and where it stands. */
final class Nodes {
  private Nodes() {}

  /** Whether a node stands for no value: nothing after the colon, {@code null} or {@code ~}. */
  static boolean isNull(Node node) {
    return node instanceof ScalarNode scalar
        && scalar.isPlain()
        && (scalar.getValue().isEmpty()
            || scalar.getValue().equals("null")
            || scalar.getValue().equals("~"));
  }

  /** Whether a node is the empty text {@code ""}. */
  static boolean isBlank(Node node) {
    return node instanceof ScalarNode scalar && scalar.getValue().isBlank();
  }

  /** The text of a scalar, a question mark for anything else. */
  static String key(Node node) {
    return node instanceof ScalarNode scalar ? scalar.getValue() : "?";
  }

  /** The node in words for "found". */
  static String describe(Node node) {
    if (node instanceof ScalarNode scalar) {
      return isNull(node) ? "nothing" : UserText.quoted(scalar.getValue());
    }
    return node instanceof SequenceNode ? "a list" : "a group of keys";
  }

  /** The place of a node. */
  static Location at(Node node, String path, String file) {
    return node.getStartMark()
        .map(mark -> new Location(file, mark.getLine() + 1, mark.getColumn() + 1, path))
        .orElseGet(() -> new Location(file, 0, 0, path));
  }
}
