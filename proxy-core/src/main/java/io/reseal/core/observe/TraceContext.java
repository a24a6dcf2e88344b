package io.reseal.core.observe;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The place of one exchange in a trace, as in W3C Trace Context.
 *
 * @param traceHigh the first half of the trace's id
 * @param traceLow the second half; never 0 together with the first
 * @param span the id of this exchange's own span, never 0
 * @param parent the id of the span that asked, 0 where the trace begins here
 * @param sampled whether the trace is recorded
 */
public record TraceContext(long traceHigh, long traceLow, long span, long parent, boolean sampled) {
  private static final HexFormat HEX = HexFormat.of();
  private static final int LENGTH = 55;
  private static final int TRACE_AT = 3;
  private static final int SPAN_AT = 36;
  private static final int FLAGS_AT = 53;

  /** The first of a new trace. */
  public static TraceContext begin(boolean sampled) {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return new TraceContext(id(random), random.nextLong(), id(random), 0, sampled);
  }

  /**
   * The next after the one that a {@code traceparent} names: its trace, with a span of its own.
   *
   * @param traceparent the field's value as it came; null for none
   * @return null where the field is none that the recommendation (section 3.2) allows
   */
  public static @Nullable TraceContext after(@Nullable String traceparent) {
    if (traceparent == null || !hasForm(traceparent)) {
      return null;
    }
    long high = HexFormat.fromHexDigitsToLong(traceparent, TRACE_AT, TRACE_AT + 16);
    long low = HexFormat.fromHexDigitsToLong(traceparent, TRACE_AT + 16, TRACE_AT + 32);
    long parent = HexFormat.fromHexDigitsToLong(traceparent, SPAN_AT, SPAN_AT + 16);
    if ((high | low) == 0 || parent == 0) {
      return null;
    }
    int flags = HexFormat.fromHexDigits(traceparent, FLAGS_AT, LENGTH);
    return new TraceContext(high, low, id(ThreadLocalRandom.current()), parent, (flags & 1) != 0);
  }

  private static boolean hasForm(String text) {
    if (text.length() < LENGTH
        || text.charAt(2) != '-'
        || text.charAt(SPAN_AT - 1) != '-'
        || text.charAt(FLAGS_AT - 1) != '-') {
      return false;
    }
    boolean hex = isHex(text, 0, 2)
        && isHex(text, TRACE_AT, SPAN_AT - 1)
        && isHex(text, SPAN_AT, FLAGS_AT - 1)
        && isHex(text, FLAGS_AT, LENGTH);
    if (!hex || text.startsWith("ff")) {
      return false;
    }
    // A later version may say more, after another hyphen.
    return text.length() == LENGTH || !text.startsWith("00") && text.charAt(LENGTH) == '-';
  }

  /** Lower case alone, as the recommendation has it. */
  private static boolean isHex(String text, int from, int to) {
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }

  /** An id for another span, never 0. */
  public static long newSpan() {
    return id(ThreadLocalRandom.current());
  }

  private static long id(ThreadLocalRandom random) {
    long id = random.nextLong();
    return id == 0 ? 1 : id;
  }

  /** The same place with another decision. */
  public TraceContext sampled(boolean decision) {
    return decision == sampled
        ? this
        : new TraceContext(traceHigh, traceLow, span, parent, decision);
  }

  /** The id of the trace: 32 digits. */
  public String traceId() {
    return HEX.toHexDigits(traceHigh) + HEX.toHexDigits(traceLow);
  }

  /** The id of the span: 16 digits. */
  public String spanId() {
    return spanId(span);
  }

  /** The id of a span: 16 digits. */
  public static String spanId(long span) {
    return HEX.toHexDigits(span);
  }

  /** The id of the span that asked: 16 digits, or empty. */
  public String parentId() {
    return parent == 0 ? "" : HEX.toHexDigits(parent);
  }

  /** What the next system gets in {@code traceparent}, with this span as its parent. */
  public String traceparent() {
    return traceparent(span);
  }

  /** The same with another span of this exchange as the parent. */
  public String traceparent(long from) {
    return "00-" + traceId() + "-" + spanId(from) + (sampled ? "-01" : "-00");
  }
}
