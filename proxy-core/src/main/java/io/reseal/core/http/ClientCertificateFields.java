package io.reseal.core.http;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;

/**
 * The fields that tell upstreams of a client's certificate, put into text once per connection.
 * Immutable once built.
 */
public final class ClientCertificateFields {
  /** Nothing is told. */
  public static final ClientCertificateFields NONE = new ClientCertificateFields(List.of());

  private final AsciiString[] names;
  private final String[] values;

  private ClientCertificateFields(List<Field> fields) {
    names = fields.stream().map(Field::name).toArray(AsciiString[]::new);
    values = fields.stream().map(Field::value).toArray(String[]::new);
  }

  /** Adds the fields; nothing of these names may be left from the client. */
  void addTo(HttpHeaders fields) {
    for (int i = 0; i < names.length; i++) {
      fields.add(names[i], values[i]);
    }
  }

  private record Field(AsciiString name, String value) {}

  /** Collects the fields in the order in which they are sent. */
  public static final class Builder {
    private static final char FIRST_VISIBLE = ' ';
    private static final char LAST_VISIBLE = '~';

    private final List<Field> fields = new ArrayList<>(6);

    /**
     * Adds a field.
     *
     * @param name in lower case, one of those that are dropped when clients send them
     * @param value visible ASCII and spaces
     * @throws IllegalArgumentException for another name or value: it could be forged
     */
    public Builder add(String name, String value) {
      AsciiString cached = AsciiString.cached(name);
      if (!ForwardedFields.isAboutTheClient(cached)) {
        throw new IllegalArgumentException(
            "field: " + name + " (expected: one that is dropped from requests)");
      }
      if (!value.chars().allMatch(each -> each >= FIRST_VISIBLE && each <= LAST_VISIBLE)) {
        throw new IllegalArgumentException(
            "field " + name + ": a character that a field cannot have (expected: visible ASCII)");
      }
      fields.add(new Field(cached, value));
      return this;
    }

    public ClientCertificateFields build() {
      return fields.isEmpty() ? NONE : new ClientCertificateFields(fields);
    }
  }
}
