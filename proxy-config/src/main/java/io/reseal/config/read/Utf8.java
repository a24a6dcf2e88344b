package io.reseal.config.read;

import io.reseal.config.Location;
import io.reseal.config.Problem;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The check that bytes are UTF-8, with the place where they are not. */
final class Utf8 {
  private Utf8() {}

  static Optional<Problem> problem(byte[] bytes, String file) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8.newDecoder().onMalformedInput(CodingErrorAction.REPORT);
    ByteBuffer input = ByteBuffer.wrap(bytes);
    CharBuffer output = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(input, output, /* endOfInput= */ true);
    if (!result.isError()) {
      return Optional.empty();
    }
    int line = 1;
    int column = 1;
    output.flip();
    while (output.hasRemaining()) {
      boolean end = output.get() == '\n';
      line += end ? 1 : 0;
      column = end ? 1 : column + 1;
    }
    return Optional.of(new Problem(
        new Location(file, line, column, ""),
        "not text in UTF-8",
        "byte 0x%02X".formatted(bytes[input.position()]),
        "UTF-8",
        "Save the file as UTF-8."));
  }
}
