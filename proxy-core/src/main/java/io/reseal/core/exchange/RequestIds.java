package io.reseal.core.exchange;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** What finds an exchange or a tunnel in logs, error responses and upstreams. */
public final class RequestIds {
  static final AsciiString FIELD = AsciiString.cached("x-request-id");
  private static final int LONGEST = 128;
  private static final int DIGITS = 16;
  private static final int BITS_OF_DIGIT = 4;
  private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.ISO_8859_1);

  private RequestIds() {}

  /** A new one: 16 digits. */
  public static String next() {
    // Made for every request of a log: HexFormat takes three times as long.
    byte[] id = new byte[DIGITS];
    long left = ThreadLocalRandom.current().nextLong();
    for (int i = 0; i < DIGITS; i++) {
      id[i] = HEX[(int) left & HEX.length - 1];
      left >>>= BITS_OF_DIGIT;
    }
    return new String(id, StandardCharsets.ISO_8859_1);
  }

  /** The one that a trusted peer gave the request, if it can be used, else a new one. */
  static String of(HttpHeaders fields, boolean peerTrusted) {
    if (peerTrusted) {
      List<String> given = fields.getAll(FIELD);
      if (given.size() == 1 && isUsable(given.getFirst())) {
        return given.getFirst();
      }
    }
    return next();
  }

  /** It stands in fields, logs and pages without quotes. */
  private static boolean isUsable(String id) {
    if (id.isEmpty() || id.length() > LONGEST) {
      return false;
    }
    for (int i = 0; i < id.length(); i++) {
      char c = id.charAt(i);
      boolean plain = c >= 'a' && c <= 'z'
          || c >= 'A' && c <= 'Z'
          || c >= '0' && c <= '9'
          || "-_.:+=@/".indexOf(c) >= 0;
      if (!plain) {
        return false;
      }
    }
    return true;
  }
}
