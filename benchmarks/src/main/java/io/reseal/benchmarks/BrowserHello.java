package io.reseal.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/**
 * A ClientHello in the shape that a current browser sends: GREASE, some fifteen extensions, and a
 * post-quantum key share, which alone makes it larger than one TCP segment.
 */
final class BrowserHello {
  static final String SERVER_NAME = "shop.example";

  private static final int RECORD_HEADER_BYTES = 5;
  private static final int MESSAGE_HEADER_BYTES = 4;
  private static final int GREASE = 0x3A3A;

  /** ML-KEM-768 encapsulation key and X25519 share. */
  private static final int HYBRID_SHARE_BYTES = 1_216;

  private static final int X25519_MLKEM768 = 0x11EC;
  private static final int X25519 = 0x001D;
  private static final int[] CIPHERS = {
    GREASE, 0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F, 0xC02C, 0xC030, 0xCCA9, 0xCCA8, 0xC013, 0xC014,
    0x009C, 0x009D, 0x002F, 0x0035
  };

  private BrowserHello() {}

  /** The whole TLS record. */
  static byte[] record() {
    byte[] body = body();
    ByteBuf record = Unpooled.buffer();
    record.writeByte(22).writeShort(0x0301).writeShort(body.length + MESSAGE_HEADER_BYTES);
    record.writeByte(1).writeMedium(body.length).writeBytes(body);
    return bytes(record);
  }

  /** The message without record header and message header. */
  static byte[] body() {
    ByteBuf extensions = extensions();
    ByteBuf hello = Unpooled.buffer();
    hello.writeShort(0x0303).writeBytes(filled(32));
    hello.writeByte(32).writeBytes(filled(32));
    hello.writeShort(CIPHERS.length * 2);
    for (int cipher : CIPHERS) {
      hello.writeShort(cipher);
    }
    hello.writeByte(1).writeByte(0);
    hello.writeShort(extensions.readableBytes()).writeBytes(extensions);
    return bytes(hello);
  }

  /** Where to cut the record in two, as a network with a usual segment size does. */
  static int segmentBytes() {
    return RECORD_HEADER_BYTES + 1_400;
  }

  private static ByteBuf extensions() {
    ByteBuf all = Unpooled.buffer();
    add(all, GREASE, new byte[0]);
    add(all, 0, serverName());
    add(all, 23, new byte[0]);
    add(all, 0xFF01, new byte[1]);
    add(all, 10, prefixed(shorts(GREASE, X25519_MLKEM768, X25519, 0x0017, 0x0018)));
    add(all, 11, new byte[] {1, 0});
    add(all, 35, new byte[0]);
    add(all, 16, prefixed(protocols("h2", "http/1.1")));
    add(all, 5, new byte[] {1, 0, 0, 0, 0});
    add(all, 13, prefixed(shorts(0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601)));
    add(all, 18, new byte[0]);
    add(all, 51, prefixed(keyShares()));
    add(all, 45, new byte[] {1, 1});
    add(all, 43, versions());
    add(all, 27, new byte[] {2, 0, 2});
    add(all, 0x44CD, prefixed(protocols("h2")));
    add(all, 0xFE0D, filled(218));
    add(all, GREASE + 0x1010, new byte[1]);
    return all;
  }

  private static byte[] serverName() {
    ByteBuf name = Unpooled.buffer().writeByte(0).writeShort(SERVER_NAME.length());
    name.writeCharSequence(SERVER_NAME, StandardCharsets.US_ASCII);
    return prefixed(bytes(name));
  }

  private static byte[] protocols(String... names) {
    ByteBuf list = Unpooled.buffer();
    for (String name : names) {
      list.writeByte(name.length()).writeCharSequence(name, StandardCharsets.US_ASCII);
    }
    return bytes(list);
  }

  private static byte[] keyShares() {
    ByteBuf shares = Unpooled.buffer();
    shares.writeShort(GREASE).writeShort(1).writeByte(0);
    shares.writeShort(X25519_MLKEM768).writeShort(HYBRID_SHARE_BYTES);
    shares.writeBytes(filled(HYBRID_SHARE_BYTES));
    shares.writeShort(X25519).writeShort(32).writeBytes(filled(32));
    return bytes(shares);
  }

  private static byte[] versions() {
    byte[] list = shorts(GREASE, 0x0304, 0x0303);
    return bytes(Unpooled.buffer().writeByte(list.length).writeBytes(list));
  }

  private static void add(ByteBuf all, int type, byte[] content) {
    all.writeShort(type).writeShort(content.length).writeBytes(content);
  }

  private static byte[] prefixed(byte[] content) {
    return bytes(Unpooled.buffer().writeShort(content.length).writeBytes(content));
  }

  private static byte[] shorts(int... values) {
    ByteBuf list = Unpooled.buffer();
    for (int value : values) {
      list.writeShort(value);
    }
    return bytes(list);
  }

  /** Stands for random bytes; the same in every run. */
  private static byte[] filled(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (i * 37 + 11);
    }
    return bytes;
  }

  private static byte[] bytes(ByteBuf buffer) {
    return ByteBufUtil.getBytes(buffer);
  }
}
