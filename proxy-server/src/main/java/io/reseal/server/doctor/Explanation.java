package io.reseal.server.doctor;

import java.util.List;
import java.util.Map;

/**
 * What would become of a request, as a tree of facts.
 *
 * @param facts texts, numbers, truth values, lists and maps by name, in the order to be shown
 * @param served whether the request would be answered as its route says
 */
public record Explanation(Map<String, Object> facts, boolean served) {

  /** 0 for a request that would be served, else 1. */
  public int exitCode() {
    return served ? 0 : 1;
  }

  public String json() {
    return JsonText.of(facts);
  }

  /** The tree as indented lines. */
  public String text() {
    StringBuilder text = new StringBuilder(1_024);
    append(text, facts, "");
    return text.toString();
  }

  private static void append(StringBuilder text, Map<?, ?> facts, String indent) {
    facts.forEach((name, value) -> {
      text.append(indent).append(words(String.valueOf(name))).append(':');
      switch (value) {
        case Map<?, ?> map -> append(text.append('\n'), map, indent + "  ");
        case List<?> list -> appendList(text, list, indent);
        case Boolean truth -> text.append(truth ? " yes\n" : " no\n");
        default -> {
          String shown = Printable.of(value.toString());
          text.append(' ').append(shown.isEmpty() ? "none" : shown).append('\n');
        }
      }
    });
  }

  private static void appendList(StringBuilder text, List<?> list, String indent) {
    if (list.stream().noneMatch(Map.class::isInstance)) {
      text.append(' ')
          .append(
              list.isEmpty()
                  ? "none"
                  : String.join(
                      ", ",
                      list.stream().map(String::valueOf).map(Printable::of).toList()))
          .append('\n');
      return;
    }
    text.append('\n');
    for (Object each : list) {
      int start = text.length();
      append(text, (Map<?, ?>) each, indent + "    ");
      text.setCharAt(start + indent.length() + 2, '-');
    }
  }

  /** {@code acceptedNames} becomes {@code accepted names}. */
  private static String words(String name) {
    return name.replaceAll("([a-z])([A-Z])", "$1 $2").toLowerCase(java.util.Locale.ROOT);
  }
}
