package io.reseal.config.read;

import io.reseal.config.Location;
import io.reseal.config.check.Findings;
import io.reseal.config.check.UserText;
import io.reseal.config.schema.ObjectType;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/** A part whose entries have names of the user's choice. */
final class NamedPart extends Part {
  private final BiConsumer<String, Section> reader;
  private final Set<String> names = new LinkedHashSet<>();

  NamedPart(
      String key,
      ObjectType type,
      Findings findings,
      String file,
      BiConsumer<String, Section> reader) {
    super(key, type, findings, file);
    this.reader = reader;
  }

  /** The names so far, in the order of the file. */
  List<String> names() {
    return List.copyOf(names);
  }

  @Override
  boolean begins(NodeReader nodes) {
    return nodes.atMapping();
  }

  @Override
  void takeNext(NodeReader nodes) {
    take(new YamlNode.Entry(nodes.node(), nodes.node()));
  }

  @Override
  void takeAll(Section root) {
    root.entries(key(), this::take);
  }

  private void take(YamlNode.Entry entry) {
    String name = Nodes.key(entry.key());
    String path = key() + "." + UserText.plain(name);
    Location at = Nodes.at(entry.key(), path, file());
    if (name.isBlank()) {
      findings()
          .error(
              at,
              "empty name in " + key(),
              UserText.quoted(name),
              "a name of your choice",
              "Name it.");
    } else if (!names.add(name)) {
      findings()
          .error(
              at,
              "name given twice",
              UserText.quoted(name),
              "once",
              "Rename or remove one of them.");
    } else {
      reader.accept(name, section(entry.value(), path));
    }
  }
}
