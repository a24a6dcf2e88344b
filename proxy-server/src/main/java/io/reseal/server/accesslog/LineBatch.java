package io.reseal.server.accesslog;

/**
 * Whole lines on their way to the output.
 *
 * @param bytes the memory that they are in, which may be larger
 */
@SuppressWarnings("ArrayRecordComponent") // never compared; its memory goes round
record LineBatch(byte[] bytes, int length, int lines) {
  static final int FULL_BYTES = 64 << 10;

  /** Whether it was closed for its size, so that more may wait. */
  boolean isFull() {
    return length >= FULL_BYTES;
  }
}
