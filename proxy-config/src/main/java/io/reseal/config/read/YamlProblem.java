package io.reseal.config.read;

import io.reseal.config.Location;
import io.reseal.config.Problem;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** What the YAML parser says, in the words and with the advice of this project. */
final class YamlProblem {
  private static final int MOST_SHOWN = 160;

  private YamlProblem() {}

  static Problem of(YamlEngineException failed, String file) {
    if (failed instanceof MarkedYamlEngineException marked) {
      return of(marked, file);
    }
    Location at = new Location(file, 0, 0, "");
    if (failed instanceof ReaderException unprintable) {
      return new Problem(
          at,
          "a character that YAML does not allow",
          "U+%04X".formatted(unprintable.getCodePoint()),
          "printable text",
          "Remove it; in quotes it can be written as an escape.");
    }
    String text = oneLine(String.valueOf(failed.getMessage()));
    return new Problem(at, "not YAML that can be read: " + text, "", "YAML", hint(text));
  }

  private static Problem of(MarkedYamlEngineException failed, String file) {
    Location at = failed
        .getProblemMark()
        .map(mark -> new Location(file, mark.getLine() + 1, mark.getColumn() + 1, ""))
        .orElseGet(() -> new Location(file, 0, 0, ""));
    String context = oneLine(String.valueOf(failed.getContext()));
    String begun = failed
        .getContextMark()
        .map(mark -> context + " begun at line " + (mark.getLine() + 1) + ": ")
        .orElse("");
    String what = "not YAML: " + begun + oneLine(failed.getProblem());
    return new Problem(at, what, "", "YAML", hint(what));
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
    String line = text.replaceAll("\\s+", " ");
    return line.length() > MOST_SHOWN ? line.substring(0, MOST_SHOWN) + "..." : line;
  }
}
