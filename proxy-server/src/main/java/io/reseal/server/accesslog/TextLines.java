package io.reseal.server.accesslog;

/**
 * {@code key=value} pairs. A value stands between quotes, and is escaped as in JSON, where it holds
 * anything that could end it.
 */
final class TextLines extends LineBuffer {
  TextLines() {
    super(TextLines::spelling);
  }

  private static String spelling(AccessField field) {
    String before = field == AccessField.TIME ? "" : " ";
    return before + field.path() + '=';
  }

  @Override
  void endGroup() {
    // Its keys name it; nothing encloses it.
  }

  @Override
  void putText(String value) {
    if (isPlain(value)) {
      putEscaped(value);
    } else {
      putQuoted(value);
    }
  }

  private static boolean isPlain(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c <= ' ' || c >= 0x7F || c == '"' || c == '\\' || c == '=') {
        return false;
      }
    }
    return !value.isEmpty();
  }

  @Override
  void putMoment(long epochMillis) {
    putTime(epochMillis);
  }

  @Override
  void finish() {
    // A line needs no end but its own.
  }
}
