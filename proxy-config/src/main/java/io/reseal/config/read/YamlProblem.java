package io.reseal.config.read;

import io.reseal.config.Location;
import io.reseal.config.Problem;
import io.reseal.config.check.UserText;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** What the YAML parser says, in the words and with the advice of this project. */
final class YamlProblem {
  private YamlProblem() {}

  static Problem of(YamlEngineException failed, String file) {
    String text = oneLine(String.valueOf(failed.getMessage()));
    if (failed instanceof MarkedYamlEngineException marked) {
      text = oneLine(marked.getProblem());
      Location at =
          marked
              .getProblemMark()
              .map(mark -> new Location(file, mark.getLine() + 1, mark.getColumn() + 1, ""))
              .orElseGet(() -> new Location(file, 0, 0, ""));
      return new Problem(at, "not YAML", text, "YAML", hint(text));
    }
    Location at = new Location(file, 0, 0, "");
    if (failed instanceof ReaderException unprintable) {
      return new Problem(at, "a character that YAML does not allow",
          "U+%04X".formatted(unprintable.getCodePoint()), "printable text",
          "Remove it; in quotes it can be written as an escape.");
    }
    return new Problem(at, "not YAML", text, "YAML", hint(text));
  }

  private static String hint(String text) {
    if (text.contains("TAB")) {
      return "Indent with spaces.";
    }
    if (text.contains("aliases")) {
      return "Write the values out instead of repeating them by anchors.";
    }
    if (text.contains("mapping values are not allowed")) {
      return "Check the indentation, and put text with a colon in quotes.";
    }
    if (text.contains("alias")) {
      return "Put text that starts with * in quotes, as \"*.shop.example\".";
    }
    return "Check the indentation, the quotes and the brackets on this line and above.";
  }

  private static String oneLine(String text) {
    return UserText.plain(text.replaceAll("\\s+", " "));
  }
}
