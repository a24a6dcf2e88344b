package io.reseal.config.read;

import java.util.List;

/** One value of the file and where it begins: lines and columns from 1, 0 where unknown. */
sealed interface YamlNode {
  int line();

  int column();

  /**
   * A text.
   *
   * @param plain whether it stands without quotes
   */
  record Scalar(String value, boolean plain, int line, int column) implements YamlNode {}

  /** A list. */
  record Sequence(List<YamlNode> elements, int line, int column) implements YamlNode {}

  /** A group of keys, in the order of the file, with whatever was written twice. */
  record Mapping(List<Entry> entries, int line, int column) implements YamlNode {}

  /** A key and its value. */
  record Entry(YamlNode key, YamlNode value) {}
}
