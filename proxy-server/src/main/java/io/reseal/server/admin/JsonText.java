package io.reseal.server.admin;

import java.util.Collection;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A JSON document in the making, indented for people. Not thread-safe. */
final class JsonText {
  private static final double THOUSAND = 1_000;

  private final StringBuilder out = new StringBuilder(1_024);
  private int depth;
  private boolean first = true;

  private JsonText() {}

  /** A document that is one object. */
  static String object(Consumer<JsonText> content) {
    JsonText json = new JsonText();
    json.group('{', '}', content);
    return json.out.append('\n').toString();
  }

  JsonText text(String key, String value) {
    key(key).quoted(value);
    return this;
  }

  JsonText number(String key, long value) {
    key(key).out.append(value);
    return this;
  }

  /** A number to three decimals; null where it is none. */
  JsonText decimal(String key, double value) {
    key(key).plain(value);
    return this;
  }

  JsonText decimals(String key, Collection<Double> values) {
    return list(key, values, JsonText::plain);
  }

  private void plain(double value) {
    if (Double.isFinite(value)) {
      out.append(Math.round(value * THOUSAND) / THOUSAND);
    } else {
      out.append("null");
    }
  }

  JsonText flag(String key, boolean value) {
    key(key).out.append(value);
    return this;
  }

  JsonText texts(String key, Collection<String> values) {
    return list(key, values, JsonText::quoted);
  }

  JsonText object(String key, Consumer<JsonText> content) {
    key(key).group('{', '}', content);
    return this;
  }

  <T> JsonText objects(String key, Collection<T> values, BiConsumer<JsonText, T> content) {
    return list(
        key, values, (json, value) -> json.group('{', '}', each -> content.accept(each, value)));
  }

  private <T> JsonText list(String key, Collection<T> values, BiConsumer<JsonText, T> element) {
    key(key).group('[', ']', json -> {
      for (T value : values) {
        json.next();
        element.accept(json, value);
      }
    });
    return this;
  }

  private JsonText key(String key) {
    next();
    quoted(key);
    out.append(": ");
    return this;
  }

  private void group(char open, char close, Consumer<JsonText> content) {
    out.append(open);
    depth++;
    first = true;
    content.accept(this);
    depth--;
    if (!first) {
      line();
    }
    out.append(close);
    first = false;
  }

  private void next() {
    if (!first) {
      out.append(',');
    }
    first = false;
    line();
  }

  private void line() {
    out.append('\n').repeat("  ", depth);
  }

  /** RFC 8259 section 7; all but printable ASCII is escaped, and so is what HTML might read. */
  private void quoted(@Nullable String value) {
    if (value == null) {
      out.append("null");
      return;
    }
    out.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < ' ' || c > '~' || c == '<' || c == '>' || c == '&') {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
