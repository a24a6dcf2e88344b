package io.reseal.testkit;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * One response as a client received it.
 *
 * @param version as on the wire, {@code HTTP/1.1} or {@code HTTP/2}
 * @param interim the 1xx heads before it
 * @param flaw empty for a complete message, else how it broke
 */
public record Reply(
    String version,
    int status,
    Fields fields,
    byte[] body,
    Fields trailers,
    List<MessageHead> interim,
    String flaw) {
  public boolean isComplete() {
    return flaw.isEmpty();
  }

  public String bodyText() {
    return new String(body, StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return version + " " + status + " " + fields.lines() + " body(" + body.length + ")="
        + bodyText().substring(0, Math.min(200, bodyText().length()))
        + (isComplete() ? "" : " BROKEN: " + flaw);
  }
}
