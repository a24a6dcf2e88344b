package io.reseal.server.accesslog;

/** One JSON object to a line. */
final class JsonLines extends LineBuffer {
  private static final byte[][] KEYS = keys("\"", "\":");
  private static final byte[] TRUE = ascii("true");
  private static final byte[] FALSE = ascii("false");

  private boolean first;

  @Override
  void begin() {
    put('{');
    first = true;
  }

  private void key(AccessField field) {
    if (!first) {
      put(',');
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
    put('"');
    putEscaped(value);
    put('"');
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
    put('"');
    putTime(epochMillis);
    put('"');
  }

  @Override
  void finish() {
    put('}');
  }
}
