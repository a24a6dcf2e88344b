package io.reseal.core.http;

import io.netty.buffer.ByteBuf;

/**
 * The search for folded lines (RFC 9112 section 5.2), which Netty's decoder unfolds without a word.
 * The decoder takes whole lines only, so what it has not read yet begins where a line begins.
 */
public final class FoldScan {
  private FoldScan() {}

  /** Whether a line of the head or trailers in this buffer starts with a blank. */
  public static boolean hasFold(ByteBuf buffer) {
    int line = buffer.readerIndex();
    int end = buffer.writerIndex();
    while (line < end) {
      byte first = buffer.getByte(line);
      if (first == ' ' || first == '\t') {
        return true;
      }
      int lineFeed = buffer.indexOf(line, end, (byte) '\n');
      if (lineFeed < 0 || lineFeed == line || lineFeed == line + 1 && first == '\r') {
        // Not whole yet, or the empty line after which other rules hold.
        return false;
      }
      line = lineFeed + 1;
    }
    return false;
  }
}
