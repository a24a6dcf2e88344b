package io.reseal.server.admin;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * An answer of one of the ports.
 *
 * @param more fields beyond those of every answer, in place of them where the name is the same
 */
record AdminAnswer(int status, String contentType, byte[] body, Map<String, String> more) {
  private static final String TEXT = "text/plain; charset=utf-8";

  static AdminAnswer text(int status, String text) {
    return of(status, TEXT, text + "\n");
  }

  static AdminAnswer json(String document) {
    return json(200, document);
  }

  static AdminAnswer json(int status, String document) {
    return of(status, "application/json", document);
  }

  static AdminAnswer of(int status, String contentType, String body) {
    return new AdminAnswer(status, contentType, body.getBytes(StandardCharsets.UTF_8), Map.of());
  }

  /** 405, with the methods that would be right as Allow spells them. */
  static AdminAnswer notAllowed(String methods) {
    AdminAnswer answer = text(405, "this method is not known here (expected: " + methods + ")");
    return new AdminAnswer(
        answer.status, answer.contentType, answer.body, Map.of("allow", methods));
  }
}
