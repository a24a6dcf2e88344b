package io.reseal.testkit;

import java.io.IOException;

/** What a scripted origin does with one request, whose body it has not read yet. */
@FunctionalInterface
public interface OriginHandler {
  void handle(OriginConnection connection, MessageHead head)
      throws IOException, InterruptedException;

  /** What a scripted origin does with a whole connection, in place of reading requests. */
  @FunctionalInterface
  interface OfConnection {
    void serve(OriginConnection connection) throws IOException, InterruptedException;
  }
}
