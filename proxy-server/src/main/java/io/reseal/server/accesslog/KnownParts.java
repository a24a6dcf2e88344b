package io.reseal.server.accesslog;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What lines have said of objects that many lines speak of, as of one connection: copied, where it
 * would be spelled out again. Found by identity; the later of two in one place wins. Not
 * thread-safe.
 */
final class KnownParts {
  /** More than the connections that are busy at one time would be of no use. */
  private static final int PLACES = 1_024;

  private static final byte[] UNKNOWN = {};

  private final @Nullable Object[] subjects = new Object[PLACES];
  private final byte[][] parts = new byte[PLACES][];

  /** What was said of a subject; null where that is not known. */
  byte @Nullable [] of(Object subject) {
    int place = place(subject);
    byte[] part = parts[place];
    return subjects[place] == subject && part != UNKNOWN ? part : null;
  }

  /** Notes what was said, from the second time on: most connections of some clients have one. */
  void said(Object subject, byte[] line, int from, int to) {
    int place = place(subject);
    if (subjects[place] == subject) {
      parts[place] = Arrays.copyOfRange(line, from, to);
    } else {
      subjects[place] = subject;
      parts[place] = UNKNOWN;
    }
  }

  private static int place(Object subject) {
    return System.identityHashCode(subject) & PLACES - 1;
  }
}
