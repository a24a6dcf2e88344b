package io.reseal.server.doctor;

import java.util.List;
import java.util.Map;

/** JSON (RFC 8259) of maps, lists, texts, numbers and truth values, indented by two spaces. */
final class JsonText {
  private final StringBuilder text = new StringBuilder(1_024);

  private JsonText() {}

  static String of(Object value) {
    JsonText json = new JsonText();
    json.value(value, "\n");
    return json.text.append('\n').toString();
  }

  private void value(Object value, String lineStart) {
    switch (value) {
      case Map<?, ?> map -> object(map, lineStart);
      case List<?> list -> array(list, lineStart);
      case Number number -> text.append(number);
      case Boolean truth -> text.append(truth);
      default -> string(value.toString());
    }
  }

  private void object(Map<?, ?> map, String lineStart) {
    String inner = lineStart + "  ";
    text.append('{');
    String separator = "";
    for (Map.Entry<?, ?> entry : map.entrySet()) {
      text.append(separator).append(inner);
      string(String.valueOf(entry.getKey()));
      text.append(": ");
      value(java.util.Objects.requireNonNull(entry.getValue()), inner);
      separator = ",";
    }
    text.append(map.isEmpty() ? "}" : lineStart + "}");
  }

  private void array(List<?> list, String lineStart) {
    String inner = lineStart + "  ";
    text.append('[');
    String separator = "";
    for (Object each : list) {
      text.append(separator).append(inner);
      value(java.util.Objects.requireNonNull(each), inner);
      separator = ",";
    }
    text.append(list.isEmpty() ? "]" : lineStart + "]");
  }

  private void string(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '"' -> text.append("\\\"");
        case '\\' -> text.append("\\\\");
        case '\n' -> text.append("\\n");
        case '\r' -> text.append("\\r");
        case '\t' -> text.append("\\t");
        default -> {
          if (c < ' ' || c >= 0x7F) {
            // Escaped also beyond ASCII, so that no terminal's encoding matters.
            text.append(String.format("\\u%04x", (int) c));
          } else {
            text.append(c);
          }
        }
      }
    }
    text.append('"');
  }
}
