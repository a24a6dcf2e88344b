package io.reseal.testkit;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** One HTTP/2 frame. */
public record H2Frame(int type, int flags, int stream, byte[] payload) {
  public static final int DATA = 0;
  public static final int HEADERS = 1;
  public static final int RST_STREAM = 3;
  public static final int SETTINGS = 4;
  public static final int PING = 6;
  public static final int GOAWAY = 7;
  public static final int WINDOW_UPDATE = 8;
  public static final int CONTINUATION = 9;

  public static final int END_STREAM = 1;
  public static final int ACK = 1;
  public static final int END_HEADERS = 4;

  public boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** The error code of RST_STREAM or GOAWAY. */
  public int errorCode() {
    return ByteBuffer.wrap(payload).getInt(type == GOAWAY ? 4 : 0);
  }

  /** As on the wire. */
  public byte[] encode() {
    return ByteBuffer.allocate(9 + payload.length)
        .put((byte) (payload.length >>> 16))
        .put((byte) (payload.length >>> 8))
        .put((byte) payload.length)
        .put((byte) type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }

  @Override
  public String toString() {
    String shown = type == DATA || type == GOAWAY
        ? new String(payload, StandardCharsets.ISO_8859_1)
        : HexFormat.of().formatHex(payload, 0, Math.min(64, payload.length));
    return "frame type " + type + " flags " + flags + " stream " + stream + ": " + shown;
  }
}
