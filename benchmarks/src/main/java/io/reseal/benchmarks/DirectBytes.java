package io.reseal.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;

/** Bytes outside the heap, as those from a socket are; kept for good, so that no leak is seen. */
final class DirectBytes {
  private DirectBytes() {}

  static ByteBuf of(byte[] bytes) {
    return Unpooled.wrappedBuffer(
        ByteBuffer.allocateDirect(bytes.length).put(bytes).flip());
  }
}
