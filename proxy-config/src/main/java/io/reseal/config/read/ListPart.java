package io.reseal.config.read;

import io.reseal.config.check.Findings;
import io.reseal.config.schema.ObjectType;
import java.util.function.Consumer;

/** A part whose entries stand in a list. */
final class ListPart extends Part {
  private final Consumer<Section> reader;
  private int entries;

  ListPart(String key, ObjectType type, Findings findings, String file, Consumer<Section> reader) {
    super(key, type, findings, file);
    this.reader = reader;
  }

  @Override
  boolean begins(NodeReader nodes) {
    return nodes.atSequence();
  }

  @Override
  void takeNext(NodeReader nodes) {
    take(nodes.node());
  }

  @Override
  void takeAll(Section root) {
    root.elements(key(), this::take);
  }

  private void take(YamlNode element) {
    reader.accept(section(element, key() + "[" + entries++ + "]"));
  }
}
