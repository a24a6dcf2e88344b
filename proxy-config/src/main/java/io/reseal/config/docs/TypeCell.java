package io.reseal.config.docs;

import io.reseal.config.schema.FieldType;
import io.reseal.config.schema.ObjectType;
import io.reseal.config.schema.TypeText;

/** The type of a key in a cell of the reference page, with its bounds and links. */
final class TypeCell {
  private TypeCell() {}

  static String of(FieldType type) {
    return switch (type) {
      case FieldType.Text ignored -> "text";
      case FieldType.Flag ignored -> "`true` or `false`";
      case FieldType.Whole whole -> "number, " + whole.least() + " to " + whole.most();
      case FieldType.Size size ->
        "size, " + TypeText.size(size.least()) + " to " + TypeText.size(size.most());
      case FieldType.Time time ->
        "time, " + TypeText.time(time.leastMillis()) + " to " + TypeText.time(time.mostMillis());
      case FieldType.Choice choice -> "`" + String.join("`, `", choice.words()) + "`";
      case FieldType.ListOf list ->
        switch (list.element()) {
          case FieldType.Text ignored -> "text or list of texts" + atLeast(list);
          case FieldType.Choice choice -> "list of " + of(choice) + atLeast(list);
          case FieldType.Group group -> "list of " + link(group.type()) + atLeast(list);
          default -> "list of " + of(list.element()) + atLeast(list);
        };
      case FieldType.Group group -> link(group.type());
      case FieldType.Named named -> "names, each with " + link(named.type());
      case FieldType.Short shorthand ->
        "text (the " + shorthand.type().fields().getFirst().key() + "), or "
            + link(shorthand.type());
    };
  }

  private static String atLeast(FieldType.ListOf list) {
    return list.least() > 0 ? "" : "; may be empty";
  }

  private static String link(ObjectType type) {
    return "[" + type.name() + "](#" + type.name().replace(' ', '-') + ")";
  }
}
