package io.reseal.server.admin;

import java.nio.charset.StandardCharsets;

/** An answer of one of the ports. */
record AdminAnswer(int status, String contentType, byte[] body) {
  private static final String TEXT = "text/plain; charset=utf-8";

  static AdminAnswer text(int status, String text) {
    return of(status, TEXT, text + "\n");
  }

  static AdminAnswer json(String document) {
    return of(200, "application/json", document);
  }

  static AdminAnswer of(int status, String contentType, String body) {
    return new AdminAnswer(status, contentType, body.getBytes(StandardCharsets.UTF_8));
  }
}
