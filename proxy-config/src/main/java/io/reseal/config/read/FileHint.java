package io.reseal.config.read;

import io.reseal.config.pem.PemText;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Hints with commands about a file, which can be pasted as they are. */
final class FileHint {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\bFILE\\b");
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./@%+=:,-]+");

  private FileHint() {}

  /** The hint with the path in place of FILE; as it is where the material is in no file. */
  static String naming(String hint, String source) {
    boolean noFile = source.isEmpty() || source.equals(PemText.INLINE);
    if (noFile || source.chars().anyMatch(Character::isISOControl)) {
      return hint;
    }
    // Quoted where an ending is put behind it too: 'a b'.pem is one word.
    String word =
        PLAIN.matcher(source).matches() ? source : "'" + source.replace("'", "'\\''") + "'";
    return PLACEHOLDER.matcher(hint).replaceAll(Matcher.quoteReplacement(word));
  }
}
