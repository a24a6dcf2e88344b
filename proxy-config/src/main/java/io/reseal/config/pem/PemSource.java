package io.reseal.config.pem;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * A text that should be PEM, as it was written or as it stands in its file.
 *
 * @param text with one character for each byte of a file
 * @param source where it came from, for messages
 */
public record PemSource(String text, String source) {
  private static final int MOST_BYTES = 4 << 20;
  private static final String PEM_IN_BASE64 = "LS0tLS1CRUdJTi";
  private static final int MOST_PATH = 100;

  /** Reads a file, or takes the text itself where the value holds a PEM block. */
  public static PemSource load(String value, Path base) throws PemException {
    if (PemText.isInline(value)) {
      return new PemSource(value, PemText.INLINE);
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

  /** The blocks in it. */
  public PemText parse() throws PemException {
    return PemText.parse(text, source);
  }

  /** Whether a value is no path, but key material that somebody pasted without its frame. */
  private static boolean isPasted(String value) {
    return value.startsWith(PEM_IN_BASE64)
        || value.strip().indexOf('\n') >= 0
        || value.length() > MOST_PATH && value.matches("[A-Za-z0-9+/=\\s]+");
  }

  private static PemSource load(Path file) throws PemException {
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
      return new PemSource(
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

  /** Never shows the text, which may hold a key. */
  @Override
  public String toString() {
    return "PemSource[" + source + "]";
  }
}
