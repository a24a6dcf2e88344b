package io.reseal.config.pem;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * The blocks of one PEM text, as RFC 7468 lays them out: tolerant of line ends, a byte order mark,
 * indentation and text around the blocks; exact about what is broken in them.
 *
 * @param source where the text came from, for messages
 */
public record PemText(List<Block> blocks, String source) {
  /** The source of PEM that stands in the configuration itself. */
  public static final String INLINE = "inline PEM";

  private static final int MOST_BYTES = 4 << 20;
  private static final String BEGIN = "-----BEGIN ";
  private static final String DASHES = "-----";
  private static final String PEM_IN_BASE64 = "LS0tLS1CRUdJTi";
  private static final int MOST_PATH = 100;
  private static final int DER_SEQUENCE = 0x30;
  private static final int DER_LONG_FORM = 0x80;

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

  /** Whether a value is PEM itself, not the path of a file. */
  public static boolean isInline(String value) {
    return value.contains(BEGIN);
  }

  /** Reads a file, or takes the text itself where the value holds a PEM block. */
  public static PemText load(String value, Path base) throws PemException {
    if (isInline(value)) {
      return parse(value, INLINE);
    }
    if (isPasted(value)) {
      // Never shown: it may be a private key.
      throw new PemException(
          "neither a file path nor PEM",
          value.length() + " characters",
          "a file path, or PEM from -----BEGIN on",
          value.startsWith(PEM_IN_BASE64)
              ? "This is PEM in base64 once more; decode it: base64 -d"
              : "Put -----BEGIN ...----- and -----END ...----- around base64.");
    }
    try {
      return load(base.resolve(value));
    } catch (InvalidPathException bad) {
      throw new PemException(
          "not a path",
          "a character that paths cannot have",
          "a file path",
          "Write the path of a PEM file, or PEM from -----BEGIN on.");
    }
  }

  /** Whether a value is no path, but key material that somebody pasted without its frame. */
  private static boolean isPasted(String value) {
    return value.startsWith(PEM_IN_BASE64)
        || value.strip().indexOf('\n') >= 0
        || value.length() > MOST_PATH && value.matches("[A-Za-z0-9+/=\\s]+");
  }

  private static PemText load(Path file) throws PemException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
      if (attributes.isDirectory()) {
        throw new PemException(
            "this is a folder", file.toString(), "a PEM file", "Name a file in it.");
      }
      if (attributes.size() > MOST_BYTES) {
        throw new PemException(
            "the file is too large",
            attributes.size() + " bytes",
            "at most " + MOST_BYTES + " bytes",
            "Leave only what is needed there.");
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
          "permission denied",
          file.toString(),
          "a file that can be read",
          "Let the user that runs Reseal read it.");
    } catch (IOException failed) {
      throw new PemException(
          "the file cannot be read: " + failed.getMessage(),
          file.toString(),
          "a PEM file",
          "Check the file and its folder.");
    }
  }

  static PemText parse(String text, String source) throws PemException {
    if (text.isBlank()) {
      throw new PemException(
          "the file is empty", source, "a PEM block", "Write it again from its source.");
    }
    String[] lines = inlineLines(withoutByteOrderMark(text));
    List<Block> blocks = new ArrayList<>();
    for (int i = 0; i < lines.length; i++) {
      String line = lines[i].strip();
      if (line.startsWith(BEGIN) && line.endsWith(DASHES)) {
        String label = line.substring(BEGIN.length(), line.length() - DASHES.length());
        i = new BlockReader(lines, i, label, blocks.size() + 1).into(blocks);
      }
    }
    if (blocks.isEmpty()) {
      throw noBlock(text, source);
    }
    return new PemText(blocks, source);
  }

  /** The mark of UTF-8, seen as Latin-1 in a file or as one character in a text. */
  private static String withoutByteOrderMark(String text) {
    if (text.startsWith("\u00EF\u00BB\u00BF")) {
      return text.substring(3);
    }
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  private static PemException noBlock(String text, String source) {
    String begin = "-----BEGIN ...-----";
    if (text.startsWith("\u00FF\u00FE") || text.startsWith("\u00FE\u00FF")) {
      return new PemException(
          "the file is UTF-16",
          source,
          begin + " in ASCII",
          "Convert it: iconv -f UTF-16 -t ASCII");
    }
    if (text.length() > 1 && text.charAt(0) == DER_SEQUENCE && text.charAt(1) > DER_LONG_FORM) {
      boolean store = source.endsWith(".p12") || source.endsWith(".pfx");
      return new PemException(
          store ? "the file is PKCS#12, not PEM" : "the file is DER, not PEM",
          source,
          begin,
          store
              ? "Convert it: openssl pkcs12 -in FILE -out FILE.pem -nodes"
              : "Convert it: openssl x509 -inform der -in FILE -out FILE.pem");
    }
    return new PemException("no PEM block", source, begin, "Check which file is meant.");
  }

  /** A text that lost its line ends in the YAML (folded) gets them back around the blocks. */
  private static String[] inlineLines(String text) {
    String unfolded = isFolded(text)
        ? text.replaceAll("(-----BEGIN [A-Z0-9 ]+-----)[ \t]+", "$1\n")
            .replaceAll("[ \t]+(-----END )", "\n$1")
            .replaceAll("(-----END [A-Z0-9 ]+-----)[ \t]+", "$1\n")
        : text;
    return unfolded.lines().toArray(String[]::new);
  }

  private static boolean isFolded(String text) {
    return text.contains("----- ")
        || text.contains("-----\t")
        || text.contains(" -----END")
        || text.contains("\t-----END");
  }
}
