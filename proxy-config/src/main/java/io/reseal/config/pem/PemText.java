package io.reseal.config.pem;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * The blocks of one PEM text, as RFC 7468 lays them out: tolerant of line ends, a byte order mark,
 * indentation and text around the blocks; exact about what is broken in them.
 *
 * @param source where the text came from, for messages
 */
public record PemText(List<Block> blocks, String source) {
  private static final int MOST_BYTES = 4 << 20;
  private static final String BEGIN = "-----BEGIN ";
  private static final String END = "-----END ";
  private static final String DASHES = "-----";

  /**
   * One block.
   *
   * @param label as {@code CERTIFICATE}
   * @param headers the lines before the base64, as of an encrypted PKCS#1 key
   * @param line where it begins, from 1
   */
  public record Block(String label, List<String> headers, byte[] content, String text, int line) {}

  public PemText {
    blocks = List.copyOf(blocks);
  }

  /** Reads a file, or takes the text itself where the value holds a PEM block. */
  public static PemText load(String value, Path base) throws PemException {
    if (value.contains(BEGIN)) {
      return parse(value, "inline PEM");
    }
    Path file = base.resolve(value);
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new PemException(
            "the file is too large",
            Files.size(file) + " bytes",
            "at most " + MOST_BYTES + " bytes",
            "");
      }
      return parse(
          new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1), file.toString());
    } catch (NoSuchFileException missing) {
      throw new PemException(
          "the file does not exist",
          file.toString(),
          "a PEM file",
          "Paths are relative to the folder of the configuration file.");
    } catch (AccessDeniedException denied) {
      throw new PemException(
          "the file cannot be read: permission denied",
          file.toString(),
          "",
          "Let the user that runs Reseal read it.");
    } catch (IOException failed) {
      throw new PemException(
          "the file cannot be read: " + failed.getMessage(), file.toString(), "", "");
    }
  }

  static PemText parse(String text, String source) throws PemException {
    if (text.isBlank()) {
      throw new PemException("the file is empty", source, "PEM", "");
    }
    String[] lines = inlineLines(text);
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < lines.length; i++) {
      String line = lines[i].strip();
      if (line.startsWith(BEGIN) && line.endsWith(DASHES)) {
        String label = line.substring(BEGIN.length(), line.length() - DASHES.length());
        i = block(lines, i, label, blocks);
      }
    }
    if (blocks.isEmpty()) {
      boolean der = text.charAt(0) == 0x30;
      throw new PemException(
          der ? "the file is DER, not PEM" : "no PEM block",
          source,
          "-----BEGIN ...-----",
          der ? "Convert it: openssl x509 -inform der -in FILE -out FILE.pem" : "");
    }
    return new PemText(blocks, source);
  }

  /** A text that lost its line ends in the YAML (folded) gets them back around the blocks. */
  private static String[] inlineLines(String text) {
    return text.replaceAll("(-----BEGIN [A-Z0-9 ]+-----)[ \t]+", "$1\n")
        .replaceAll("[ \t]+(-----END )", "\n$1")
        .replaceAll("(-----END [A-Z0-9 ]+-----)[ \t]+", "$1\n")
        .split("\r\n|\n|\r", -1);
  }

  private static int block(String[] lines, int start, String label, List<Block> blocks)
      throws PemException {
    StringBuilder base64 = new StringBuilder();
    StringBuilder whole = new StringBuilder(lines[start].strip()).append('\n');
    List<String> headers = new ArrayList<>();
    for (int i = start + 1; i < lines.length; i++) {
      String line = lines[i].strip();
      whole.append(line).append('\n');
      if (line.startsWith(END)) {
        byte[] content = decode(base64.toString(), label, blocks.size(), start);
        blocks.add(new Block(label, headers, content, whole.toString(), start + 1));
        return i;
      }
      if (line.indexOf(':') > 0) {
        headers.add(line);
        continue;
      }
      for (int c = 0; c < line.length(); c++) {
        char character = line.charAt(c);
        boolean legal = character < 128
            && (Character.isLetterOrDigit(character) || "+/= \t".indexOf(character) >= 0);
        if (!legal) {
          throw new PemException(
              "%s %d: bad base64 at line %d"
                  .formatted(label.toLowerCase(java.util.Locale.ROOT), blocks.size() + 1, i + 1),
              "a character that base64 does not have",
              "A-Z a-z 0-9 + / =",
              "Copy the block again from its source.");
        }
        if (character != ' ' && character != '\t') {
          base64.append(character);
        }
      }
    }
    throw new PemException(
        "%s %d, begun at line %d, has no END line"
            .formatted(label.toLowerCase(java.util.Locale.ROOT), blocks.size() + 1, start + 1),
        "the end of the text",
        END + label + DASHES,
        "The file may be cut off.");
  }

  private static byte[] decode(String base64, String label, int index, int start)
      throws PemException {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException bad) {
      throw new PemException(
          "%s %d, begun at line %d: bad base64"
              .formatted(label.toLowerCase(java.util.Locale.ROOT), index + 1, start + 1),
          String.valueOf(bad.getMessage()),
          "complete base64",
          "The block may be cut off; copy it again from its source.");
    }
  }
}
