package io.reseal.core.http2;

/**
 * The streams of a connection that we reset most recently. What the client had sent before it knew
 * is still under way and no mistake of its own (RFC 9113 section 5.1, "closed").
 */
final class RecentResets {
  private static final int CAPACITY = 256;
  private static final int[] NONE = new int[0];

  private int[] streamIds = NONE;
  private int next;

  void add(int streamId) {
    if (streamIds.length == 0) {
      streamIds = new int[CAPACITY];
    }
    streamIds[next] = streamId;
    next = (next + 1) % CAPACITY;
  }

  boolean contains(int streamId) {
    for (int recent : streamIds) {
      if (recent == streamId) {
        return true;
      }
    }
    return false;
  }
}
