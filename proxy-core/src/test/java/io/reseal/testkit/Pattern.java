package io.reseal.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** A body of any length whose every byte is known from its position. */
public final class Pattern {
  /** Odd, so that no power-of-two shift or repetition goes unseen. */
  private static final int PERIOD = 65_521;

  private static final byte[] BYTES = bytes();

  private Pattern() {}

  /** Writes the first {@code length} bytes of the pattern. */
  public static void write(OutputStream out, long length) throws IOException {
    long written = 0;
    while (written < length) {
      int start = (int) (written % PERIOD);
      int count = (int) Math.min(PERIOD - start, length - written);
      out.write(BYTES, start, count);
      written += count;
    }
    out.flush();
  }

  /** The first {@code length} bytes of the pattern. */
  public static byte[] first(int length) {
    return from(0, length);
  }

  /** The {@code length} bytes from this position on. */
  public static byte[] from(long position, int length) {
    byte[] result = new byte[length];
    int done = 0;
    while (done < length) {
      int start = (int) ((position + done) % PERIOD);
      int count = Math.min(PERIOD - start, length - done);
      System.arraycopy(BYTES, start, result, done, count);
      done += count;
    }
    return result;
  }

  /** Reads to the end and returns the length; fails at the first byte that differs. */
  public static long verify(InputStream in) throws IOException {
    byte[] buffer = new byte[64 << 10];
    long position = 0;
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      requireMatch(buffer, count, position);
      position += count;
    }
    return position;
  }

  /** Fails where these are not the bytes from this position on. */
  public static void requireMatch(byte[] bytes, long position) throws IOException {
    requireMatch(bytes, bytes.length, position);
  }

  private static void requireMatch(byte[] buffer, int count, long position) throws IOException {
    int checked = 0;
    while (checked < count) {
      int start = (int) ((position + checked) % PERIOD);
      int run = Math.min(PERIOD - start, count - checked);
      if (!java.util.Arrays.equals(buffer, checked, checked + run, BYTES, start, start + run)) {
        throw new BrokenMessageException(
            "bytes differ at or after position " + (position + checked));
      }
      checked += run;
    }
  }

  private static byte[] bytes() {
    byte[] bytes = new byte[PERIOD];
    int state = 1;
    for (int i = 0; i < bytes.length; i++) {
      state = state * 1_103_515_245 + 12_345;
      bytes[i] = (byte) (state >>> 16);
    }
    return bytes;
  }
}
