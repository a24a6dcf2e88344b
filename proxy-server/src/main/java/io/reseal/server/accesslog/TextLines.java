package io.reseal.server.accesslog;

/**
 * {@code key=value} pairs. A value stands between quotes, and is escaped as in JSON, where it holds
 * anything that could end it.
 */
final class TextLines extends LineBuffer {
  private static final byte[][] KEYS = keys("", "=");
  private static final byte[] TRUE = ascii("true");
  private static final byte[] FALSE = ascii("false");

  private boolean first;

  @Override
  void begin() {
    first = true;
  }

  private void key(AccessField field) {
    if (!first) {
      put(' ');
    }
    first = false;
    put(KEYS[field.ordinal()]);
  }

  @Override
  void text(AccessField field, String value) {
    if (value.isEmpty()) {
      return;
    }
    key(field);
    if (isPlain(value)) {
      putEscaped(value);
    } else {
      put('"');
      putEscaped(value);
      put('"');
    }
  }

  private static boolean isPlain(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c <= ' ' || c >= 0x7F || c == '"' || c == '\\' || c == '=') {
        return false;
      }
    }
    return true;
  }

  @Override
  void number(AccessField field, long value) {
    key(field);
    putNumber(value);
  }

  @Override
  void flag(AccessField field, boolean value) {
    key(field);
    put(value ? TRUE : FALSE);
  }

  @Override
  void millis(AccessField field, long nanos) {
    key(field);
    putMillis(nanos);
  }

  @Override
  void time(AccessField field, long epochMillis) {
    key(field);
    putTime(epochMillis);
  }

  @Override
  void finish() {
    // A line needs no end but its own.
  }
}
