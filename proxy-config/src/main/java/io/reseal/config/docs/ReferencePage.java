package io.reseal.config.docs;

import io.reseal.config.schema.ConfigSchema;
import io.reseal.config.schema.Field;
import io.reseal.config.schema.FieldType;
import io.reseal.config.schema.KeyRule;
import io.reseal.config.schema.ObjectType;

/** The reference page in Markdown: the rules, then every key with type, default and consequence. */
public final class ReferencePage {
  private ReferencePage() {}

  /** The whole page, ending in a line feed. */
  public static String text() {
    StringBuilder page = new StringBuilder(ReferenceRules.TEXT);
    page.append("\n## Keys\n");
    for (ObjectType type : ConfigSchema.ALL) {
      append(type, page);
    }
    return page.toString();
  }

  private static void append(ObjectType type, StringBuilder page) {
    page.append("\n### ")
        .append(type.name())
        .append("\n\n")
        .append(type.about())
        .append('\n');
    for (KeyRule rule : type.rules()) {
      page.append("\nOf ")
          .append(keys(rule))
          .append(", ")
          .append(rule.required() ? "exactly one must be there.\n" : "at most one may be there.\n");
    }
    page.append("\n| key | type | default | meaning |\n|---|---|---|---|\n");
    for (Field field : type.fields()) {
      page.append("| `")
          .append(field.key())
          .append("` | ")
          .append(TypeCell.of(field.type()))
          .append(" | ")
          .append(standard(field))
          .append(" | ")
          .append(cell(field.about()))
          .append(" |\n");
    }
  }

  private static String keys(KeyRule rule) {
    return "`" + String.join("`, `", rule.keys()) + "`";
  }

  private static String standard(Field field) {
    if (field.required()) {
      return "**required**";
    }
    if (field.defaultText().isEmpty()) {
      return "-";
    }
    boolean literal = switch (field.type()) {
      case FieldType.Text ignored -> false;
      case FieldType.Group ignored -> false;
      case FieldType.Named ignored -> false;
      default ->
        !field.defaultText().equals("none")
            && (field.defaultText().indexOf(' ') < 0 || field.defaultText().startsWith("["));
    };
    return literal ? "`" + cell(field.defaultText()) + "`" : cell(field.defaultText());
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }
}
