package io.reseal.testkit;

import java.util.List;

/**
 * The start line and fields of one HTTP/1 message as they stood on the wire.
 *
 * @param first method or version
 * @param second request target or status code
 * @param third version or reason phrase
 */
public record MessageHead(String first, String second, String third, Fields fields) {
  public String method() {
    return first;
  }

  public String target() {
    return second;
  }

  public int status() {
    return Integer.parseInt(second);
  }

  /** The request target without its query. */
  public String path() {
    int question = second.indexOf('?');
    return question < 0 ? second : second.substring(0, question);
  }

  boolean isChunked() {
    List<String> codings = fields.all("transfer-encoding");
    return !codings.isEmpty() && codings.getLast().equalsIgnoreCase("chunked");
  }

  /** The declared length, -1 for none. */
  long contentLength() {
    String value = fields.first("content-length");
    return value.isEmpty() ? -1 : Long.parseLong(value);
  }
}
