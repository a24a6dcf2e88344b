package io.reseal.config.pem;

import java.nio.file.Path;
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

  private static final String BEGIN = "-----BEGIN ";
  private static final String DASHES = "-----";
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
    return PemSource.load(value, base).parse();
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
