package io.reseal.config.read;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.DocumentEndEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingEndEvent;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceEndEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.events.StreamStartEvent;
import org.snakeyaml.engine.v2.exceptions.ComposerException;
import org.snakeyaml.engine.v2.exceptions.Mark;

/**
 * The way from the parser's events to nodes, one after the other as they are asked for: a long list
 * need never be in memory as a whole. Anchors are remembered. All methods throw the parser's {@code
 * YamlEngineException} for what is no YAML.
 */
final class NodeReader {
  /** Nodes that are named again and again could be walked for ever. */
  private static final int MOST_ALIASES = 100;

  private static final int MOST_LEVELS = 200;

  private final Iterator<Event> events;
  private final Map<Anchor, YamlNode> anchors = new HashMap<>();
  private Event next;
  private int aliases;

  NodeReader(LoadSettings settings, String text) {
    events = new Parse(settings).parseString(text).iterator();
    next = events.next();
  }

  /** Goes into the next document, where there is one. */
  boolean startDocument() {
    while (next instanceof StreamStartEvent || next instanceof DocumentEndEvent) {
      take();
    }
    if (!(next instanceof DocumentStartEvent)) {
      return false;
    }
    anchors.clear();
    take();
    return true;
  }

  /** Whether the next node stands for nothing. */
  boolean atNull() {
    return next instanceof ScalarEvent scalar && Nodes.isNull(node(scalar));
  }

  /** Whether the next node is a group of keys that nothing else can name. */
  boolean atMapping() {
    return next instanceof MappingStartEvent start && start.getAnchor().isEmpty();
  }

  /** Whether the next node is a list that nothing else can name. */
  boolean atSequence() {
    return next instanceof SequenceStartEvent start && start.getAnchor().isEmpty();
  }

  /** The next node without its entries or elements, which are up to the caller. */
  YamlNode enter() {
    Event start = take();
    return start instanceof MappingStartEvent
        ? new YamlNode.Mapping(List.of(), line(start), column(start))
        : new YamlNode.Sequence(List.of(), line(start), column(start));
  }

  /** Whether the end of what was entered is reached; then it is left. */
  boolean leave() {
    if (!(next instanceof MappingEndEvent || next instanceof SequenceEndEvent)) {
      return false;
    }
    take();
    return true;
  }

  /** The next node with everything in it. */
  YamlNode node() {
    return node(0);
  }

  private YamlNode node(int level) {
    Event event = take();
    if (level > MOST_LEVELS) {
      throw new TooDeepException(event.getStartMark());
    }
    if (event instanceof AliasEvent alias) {
      return named(alias);
    }
    YamlNode node = switch (event) {
      case ScalarEvent scalar -> node(scalar);
      case SequenceStartEvent ignored -> {
        List<YamlNode> elements = new ArrayList<>();
        while (!leave()) {
          elements.add(node(level + 1));
        }
        yield new YamlNode.Sequence(elements, line(event), column(event));
      }
      case MappingStartEvent ignored -> {
        List<YamlNode.Entry> entries = new ArrayList<>();
        while (!leave()) {
          entries.add(new YamlNode.Entry(node(level + 1), node(level + 1)));
        }
        yield new YamlNode.Mapping(entries, line(event), column(event));
      }
      default -> throw new IllegalStateException("no node begins with " + event.getEventId());
    };
    ((NodeEvent) event).getAnchor().ifPresent(anchor -> anchors.put(anchor, node));
    return node;
  }

  private static YamlNode node(ScalarEvent scalar) {
    return new YamlNode.Scalar(scalar.getValue(), scalar.isPlain(), line(scalar), column(scalar));
  }

  private YamlNode named(AliasEvent alias) {
    YamlNode node = anchors.get(alias.getAlias());
    if (node == null) {
      throw new ComposerException(
          "found undefined alias " + alias.getAlias().getValue(), alias.getStartMark());
    }
    if (!(node instanceof YamlNode.Scalar) && ++aliases > MOST_ALIASES) {
      throw new ComposerException(
          "found more than " + MOST_ALIASES + " aliases of lists and groups", alias.getStartMark());
    }
    return node;
  }

  private Event take() {
    Event taken = next;
    if (events.hasNext()) {
      next = events.next();
    }
    return taken;
  }

  private static int line(Event event) {
    return event.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
  }

  private static int column(Event event) {
    return event.getStartMark().map(mark -> mark.getColumn() + 1).orElse(0);
  }

  /** Thrown where nodes stand in each other to no purpose. */
  static final class TooDeepException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int line;
    private final int column;

    TooDeepException(Optional<Mark> at) {
      super("nested too deeply");
      line = at.map(mark -> mark.getLine() + 1).orElse(0);
      column = at.map(mark -> mark.getColumn() + 1).orElse(0);
    }

    int line() {
      return line;
    }

    int column() {
      return column;
    }
  }
}
