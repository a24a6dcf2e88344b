package io.reseal.server.accesslog;

/** One JSON object to a line; a group is an object in it. */
final class JsonLines extends LineBuffer {
  JsonLines() {
    super(JsonLines::spelling);
  }

  private static String spelling(AccessField field) {
    String before = field == AccessField.TIME ? "{" : ",";
    String group = field.beginsGroup() ? '"' + field.group() + "\":{" : "";
    return before + group + '"' + field.key() + "\":";
  }

  @Override
  void endGroup() {
    put('}');
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
