package io.reseal.core.upstream;

import io.netty.util.AsciiString;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The field names of the response before, in their order: a server names the same fields each time,
 * so that most names of a response need not be made anew, nor their hashes. One for each connection,
 * confined to its event loop.
 */
final class FieldNames {
  private static final int MOST_NAMES = 24;
  private static final int LONGEST = 48;
  private static final AsciiString[] NONE = {};

  private AsciiString[] names = NONE;
  private int next;

  /** Begins with the first name of a head. */
  void restart() {
    next = 0;
  }

  /** The name that stands there, if it was the one at this place before. */
  @Nullable
  AsciiString again(byte[] line, int start, int length) {
    if (next < names.length) {
      AsciiString name = names[next];
      if (name.length() == length
          && Arrays.equals(name.array(), 0, length, line, start, start + length)) {
        next++;
        return name;
      }
    }
    return null;
  }

  /** Notes the next name of the head; its array is its own. */
  void note(AsciiString name) {
    if (next >= MOST_NAMES || name.length() > LONGEST || name.arrayOffset() != 0) {
      // The rest of this head is not noted either: places would be another's.
      next = MOST_NAMES;
      return;
    }
    if (next >= names.length) {
      names = Arrays.copyOf(names, next + 1);
    }
    names[next++] = name;
  }
}
