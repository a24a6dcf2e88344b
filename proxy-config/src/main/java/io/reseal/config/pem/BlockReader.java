package io.reseal.config.pem;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/** The reader of one PEM block, exact about what is broken in it. Lines are counted from 1. */
final class BlockReader {
  private static final String BEGIN = "-----BEGIN ";
  private static final String END = "-----END ";

  private final String[] lines;
  private final int start;
  private final String label;
  private final String name;

  /**
   * @param start the index of the BEGIN line
   * @param number of the block in its text, from 1
   */
  BlockReader(String[] lines, int start, String label, int number) {
    this.lines = lines;
    this.start = start;
    this.label = label;
    this.name = "%s (block %d, begun at line %d)"
        .formatted(label.toLowerCase(Locale.ROOT), number, start + 1);
  }

  /** Adds the block and gives the index of its END line. */
  int into(List<PemText.Block> blocks) throws PemException {
    StringBuilder base64 = new StringBuilder();
    StringBuilder whole = new StringBuilder(lines[start].strip()).append('\n');
    List<String> headers = new ArrayList<>();
    for (int i = start + 1; i < lines.length; i++) {
      String line = lines[i].strip();
      whole.append(line).append('\n');
      if (line.startsWith(BEGIN)) {
        throw noEnd("another BEGIN at line " + (i + 1));
      }
      if (line.startsWith(END)) {
        requireSameLabel(line, i);
        blocks.add(new PemText.Block(
            label, headers, decode(base64.toString()), whole.toString(), start + 1));
        return i;
      }
      if (line.indexOf(':') > 0) {
        headers.add(line);
      } else {
        append(line, i, base64);
      }
    }
    throw noEnd("the end of the text");
  }

  private PemException noEnd(String found) {
    return new PemException(
        name + " has no END line",
        found,
        END + label + "-----",
        "The block is cut off; copy it again from its source.");
  }

  private void requireSameLabel(String line, int index) throws PemException {
    if (!line.equals(END + label + "-----")) {
      throw new PemException(
          name + " ends as something else at line " + (index + 1),
          line.length() > 64 ? line.substring(0, 64) + "..." : line,
          END + label + "-----",
          "Two files may have been mixed; copy the block again from its source.");
    }
  }

  private void append(String line, int index, StringBuilder base64) throws PemException {
    for (int c = 0; c < line.length(); c++) {
      char character = line.charAt(c);
      boolean legal = character < 128
          && (Character.isLetterOrDigit(character) || "+/= \t".indexOf(character) >= 0);
      if (!legal) {
        throw new PemException(
            name + ": bad base64 at line " + (index + 1),
            "a character that base64 does not have",
            "A-Z a-z 0-9 + / =",
            "Copy the block again from its source.");
      }
      if (character != ' ' && character != '\t') {
        base64.append(character);
      }
    }
  }

  private byte[] decode(String base64) throws PemException {
    try {
      byte[] content = Base64.getDecoder().decode(base64);
      if (content.length == 0) {
        throw new PemException(
            name + " is empty", "nothing", "base64", "Copy the block again from its source.");
      }
      return content;
    } catch (IllegalArgumentException bad) {
      throw new PemException(
          name + ": bad base64",
          String.valueOf(bad.getMessage()),
          "complete base64",
          "The block may be cut off; copy it again from its source.");
    }
  }
}
