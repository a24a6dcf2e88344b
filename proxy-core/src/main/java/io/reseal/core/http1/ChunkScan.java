package io.reseal.core.http1;

import io.netty.buffer.ByteBuf;
import io.reseal.core.http.FoldScan;
import org.jspecify.annotations.Nullable;

/**
 * The second pair of eyes on a chunked request body: follows Netty's decoder through sizes, data
 * and trailers, and refuses what it lets through (a blank before the extension, any number of
 * leading zeros, folded trailers). Confined to one event loop.
 */
final class ChunkScan {
  private static final int MOST_SIZE_DIGITS = 16;

  private enum Place {
    SIZE,
    DATA,
    DELIMITER,
    TRAILERS
  }

  private Place place = Place.SIZE;
  private int lineBytes;
  private long size;
  private long left;

  void begin() {
    place = Place.SIZE;
    lineBytes = 0;
  }

  /** Looks at what the decoder is about to read; a fault, or null. */
  @Nullable
  String before(ByteBuf buffer) {
    return switch (place) {
      case SIZE -> sizeLine(buffer);
      case TRAILERS -> FoldScan.hasFold(buffer) ? "folded trailer" : null;
      case DATA, DELIMITER -> null;
    };
  }

  private @Nullable String sizeLine(ByteBuf buffer) {
    int start = buffer.readerIndex();
    int lineFeed = buffer.indexOf(start, buffer.writerIndex(), (byte) '\n');
    lineBytes = 0;
    if (lineFeed < 0) {
      return null;
    }
    long value = 0;
    int at = start;
    for (; at < lineFeed; at++) {
      int digit = hex(buffer.getByte(at));
      if (digit < 0) {
        break;
      }
      value = value << 4 | digit;
    }
    int digits = at - start;
    int after = buffer.getByte(at);
    if (digits == 0 || digits > MOST_SIZE_DIGITS || after != '\r' && after != ';') {
      return "chunk size that is not 1 to 16 hexadecimal digits";
    }
    lineBytes = lineFeed + 1 - start;
    size = value;
    return null;
  }

  private static int hex(byte digit) {
    return Character.digit((char) (digit & 0xFF), 16);
  }

  /** Notes how many bytes the decoder has read. */
  void after(int bytes) {
    switch (place) {
      case SIZE -> {
        if (lineBytes == 0 || bytes < lineBytes) {
          return;
        }
        left = size;
        place = size == 0 ? Place.TRAILERS : Place.DATA;
        if (place == Place.DATA) {
          data(bytes - lineBytes);
        }
      }
      case DATA -> data(bytes);
      case DELIMITER -> place = bytes >= 2 ? Place.SIZE : Place.DELIMITER;
      case TRAILERS -> {}
    }
  }

  private void data(int bytes) {
    long taken = Math.min(bytes, left);
    left -= taken;
    if (left == 0) {
      place = bytes - taken >= 2 ? Place.SIZE : Place.DELIMITER;
    }
  }
}
