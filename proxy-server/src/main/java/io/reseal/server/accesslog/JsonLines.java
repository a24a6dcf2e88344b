package io.reseal.server.accesslog;

/** One JSON object to a line. */
final class JsonLines extends LineBuffer {
  JsonLines() {
    super(keys("\"", "\":"), ',');
  }

  @Override
  void open() {
    put('{');
  }

  @Override
  void putText(String value) {
    putQuoted(value);
  }

  @Override
  void putMoment(long epochMillis) {
    put('"');
    putTime(epochMillis);
    put('"');
  }

  @Override
  void finish() {
    put('}');
  }
}
