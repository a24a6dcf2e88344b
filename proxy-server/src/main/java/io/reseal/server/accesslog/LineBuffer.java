package io.reseal.server.accesslog;

import io.reseal.config.AccessLogSettings.Format;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Lines in the making, as bytes: keys and values, one format or the other. Whatever is not printable
 * ASCII is escaped, so that a line stays one line. Not thread-safe; no garbage for each line.
 */
abstract class LineBuffer {
  /** Room for a batch and the line that ends it. */
  static final int FIRST_BYTES = LineBatch.FULL_BYTES + (16 << 10);

  private static final byte[] HEX = ascii("0123456789abcdef");
  private static final byte[] TRUE = ascii("true");
  private static final byte[] FALSE = ascii("false");
  private static final int MOST_DIGITS = 20;
  private static final long NANOS_PER_MICRO = 1_000;
  private static final long MICROS_PER_MILLI = 1_000;
  private static final long MILLIS_PER_SECOND = 1_000;
  private static final int SECOND_CHARACTERS = "2026-01-01T00:00:00".length();

  private final byte[][] keys;
  private final KnownParts known = new KnownParts();
  private byte[] bytes = new byte[FIRST_BYTES];
  private int length;
  private int lines;
  private long second = Long.MIN_VALUE;
  private byte[] secondText = new byte[0];

  /**
   * @param spelling the key of a field, with whatever stands before it and after it, the end of the
   *     field before and the beginning of its group included
   */
  LineBuffer(Function<AccessField, String> spelling) {
    this.keys = Arrays.stream(AccessField.values())
        .map(field -> ascii(spelling.apply(field)))
        .toArray(byte[][]::new);
  }

  static LineBuffer of(Format format) {
    return switch (format) {
      case JSON -> new JsonLines();
      case TEXT -> new TextLines();
    };
  }

  /** The first field of a group, which makes the group's beginning; an empty text too. */
  void beginGroup(AccessField field, String value) {
    key(field);
    putText(value);
  }

  /** Puts what ends a group. */
  abstract void endGroup();

  /** A text; empty ones are left out. */
  void text(AccessField field, String value) {
    if (!value.isEmpty()) {
      key(field);
      putText(value);
    }
  }

  /** A text, an empty one too, unless it is what another field says. */
  void difference(AccessField field, String value, String said) {
    if (!value.equals(said)) {
      key(field);
      putText(value);
    }
  }

  /** Puts a value that is text, delimited as the format has it. */
  abstract void putText(String value);

  /** A number; 0 is left out. */
  void number(AccessField field, long value) {
    if (value != 0) {
      key(field);
      putNumber(value);
    }
  }

  /** What is the case; what is not is left out. */
  void flag(AccessField field, boolean value) {
    if (value) {
      key(field);
      put(TRUE);
    }
  }

  /** A yes or a no, where the no must be seen too. */
  void answer(AccessField field, boolean value) {
    key(field);
    put(value ? TRUE : FALSE);
  }

  /** A span of time, in milliseconds with three decimals; what these make 0 is left out. */
  void millis(AccessField field, long nanos) {
    long micros = nanos / NANOS_PER_MICRO;
    if (micros > 0) {
      key(field);
      putMillis(micros);
    }
  }

  /** A moment. */
  void time(AccessField field, long epochMillis) {
    key(field);
    putMoment(epochMillis);
  }

  /** Puts a value that is a moment, delimited as the format has it. */
  abstract void putMoment(long epochMillis);

  /** Repeats what this line's predecessors said of a subject, fields and all, if that is known. */
  boolean again(Object subject) {
    byte[] part = known.of(subject);
    if (part == null) {
      return false;
    }
    put(part);
    return true;
  }

  /** Notes what this line says of a subject since it had a length; not at the line's beginning. */
  void remember(Object subject, int from) {
    known.said(subject, bytes, from, length);
  }

  private void key(AccessField field) {
    put(keys[field.ordinal()]);
  }

  /** What stands after the last value. */
  abstract void finish();

  void end() {
    finish();
    put('\n');
    lines++;
  }

  int length() {
    return length;
  }

  int lines() {
    return lines;
  }

  /** Takes back what was put since it had a length: the beginnings of a line. */
  void cut(int toLength) {
    length = toLength;
  }

  /**
   * Gives all lines away and goes on in other memory.
   *
   * @param spare what an earlier batch was in; null where there is none
   */
  LineBatch take(byte @Nullable [] spare) {
    LineBatch taken = new LineBatch(bytes, length, lines);
    bytes = spare == null ? new byte[FIRST_BYTES] : spare;
    length = 0;
    lines = 0;
    return taken;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  void put(char c) {
    room(1);
    bytes[length++] = (byte) c;
  }

  private void put(byte[] text) {
    room(text.length);
    System.arraycopy(text, 0, bytes, length, text.length);
    length += text.length;
  }

  private void putNumber(long value) {
    if (value < 0) {
      put('-');
    }
    room(MOST_DIGITS);
    long left = Math.abs(value);
    length += digits(left);
    int at = length;
    do {
      bytes[--at] = (byte) ('0' + left % 10);
      left /= 10;
    } while (left > 0);
  }

  /** How many there are in a number that is not negative. */
  private static int digits(long number) {
    int count = 1;
    for (long rest = number / 10; rest > 0; rest /= 10) {
      count++;
    }
    return count;
  }

  private void putMillis(long micros) {
    putNumber(micros / MICROS_PER_MILLI);
    put('.');
    putThree((int) (micros % MICROS_PER_MILLI));
  }

  private void putThree(int number) {
    room(3);
    bytes[length++] = (byte) ('0' + number / 100);
    bytes[length++] = (byte) ('0' + number / 10 % 10);
    bytes[length++] = (byte) ('0' + number % 10);
  }

  void putTime(long epochMillis) {
    long of = Math.floorDiv(epochMillis, MILLIS_PER_SECOND);
    if (of != second) {
      second = of;
      secondText = ascii(Instant.ofEpochSecond(of).toString().substring(0, SECOND_CHARACTERS));
    }
    put(secondText);
    put('.');
    putThree((int) Math.floorMod(epochMillis, MILLIS_PER_SECOND));
    put('Z');
  }

  void putQuoted(String text) {
    put('"');
    putEscaped(text);
    put('"');
  }

  /** Text between quotes, as RFC 8259 section 7 has it, in ASCII. */
  void putEscaped(String text) {
    int end = text.length();
    room(6 * end);
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      if (c >= ' ' && c < 0x7F && c != '"' && c != '\\') {
        bytes[length++] = (byte) c;
      } else if (c == '"' || c == '\\') {
        bytes[length++] = '\\';
        bytes[length++] = (byte) c;
      } else {
        bytes[length++] = '\\';
        bytes[length++] = 'u';
        bytes[length++] = HEX[c >> 12];
        bytes[length++] = HEX[c >> 8 & 0xF];
        bytes[length++] = HEX[c >> 4 & 0xF];
        bytes[length++] = HEX[c & 0xF];
      }
    }
  }

  private void room(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }
}
