package io.reseal.testkit;

import java.nio.charset.StandardCharsets;

/**
 * One whole request as an origin received it.
 *
 * @param connection the index of the connection it came on
 */
public record RecordedRequest(int connection, MessageHead head, byte[] body, Fields trailers) {
  public String bodyText() {
    return new String(body, StandardCharsets.UTF_8);
  }

  public Fields fields() {
    return head.fields();
  }
}
