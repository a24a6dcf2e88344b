package io.reseal.config.read;

import io.reseal.config.check.Findings;
import io.reseal.config.schema.ObjectType;

/**
 * A part of the document that may have thousands of entries. Each is read when the parser comes to
 * it and forgotten before the next: a tree of all of them would weigh many times what the model
 * does, and the collector would stop every loop to copy it.
 */
abstract class Part {
  private final String key;
  private final ObjectType type;
  private final Findings findings;
  private final String file;
  private boolean reached;
  private boolean read;

  /**
   * @param key the key in the root of the document
   * @param type of each entry
   */
  Part(String key, ObjectType type, Findings findings, String file) {
    this.key = key;
    this.type = type;
    this.findings = findings;
    this.file = file;
  }

  final String key() {
    return key;
  }

  final Findings findings() {
    return findings;
  }

  final String file() {
    return file;
  }

  /** The keys of one entry. */
  final Section section(YamlNode node, String path) {
    return Section.of(type, node, path, findings, file);
  }

  /**
   * The value of the key, where the reader stands: without entries if they have been read, else as
   * it is, for {@link #finish}.
   */
  final YamlNode value(NodeReader nodes) {
    if (reached || !begins(nodes)) {
      reached = true;
      return nodes.node();
    }
    reached = true;
    YamlNode start = nodes.enter();
    while (!nodes.leave()) {
      read = true;
      takeNext(nodes);
    }
    return start;
  }

  /** Reads what could not be read entry by entry, and reports what is no such part. */
  final void finish(Section root) {
    if (!read) {
      takeAll(root);
    }
  }

  /** Whether entries come next. */
  abstract boolean begins(NodeReader nodes);

  abstract void takeNext(NodeReader nodes);

  abstract void takeAll(Section root);
}
