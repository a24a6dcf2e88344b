package io.reseal.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * As much of HPACK (RFC 7541) as tests need: it encodes every field as a literal without indexing,
 * so that any bytes can be sent, and decodes what a peer sends that was told to keep no dynamic
 * table. Strings in Huffman code are not decoded.
 */
public final class Hpack {
  private static final String[] STATIC_TABLE = {
    ":authority",
    "",
    ":method",
    "GET",
    ":method",
    "POST",
    ":path",
    "/",
    ":path",
    "/index.html",
    ":scheme",
    "http",
    ":scheme",
    "https",
    ":status",
    "200",
    ":status",
    "204",
    ":status",
    "206",
    ":status",
    "304",
    ":status",
    "400",
    ":status",
    "404",
    ":status",
    "500",
    "accept-charset",
    "",
    "accept-encoding",
    "gzip, deflate",
    "accept-language",
    "",
    "accept-ranges",
    "",
    "accept",
    "",
    "access-control-allow-origin",
    "",
    "age",
    "",
    "allow",
    "",
    "authorization",
    "",
    "cache-control",
    "",
    "content-disposition",
    "",
    "content-encoding",
    "",
    "content-language",
    "",
    "content-length",
    "",
    "content-location",
    "",
    "content-range",
    "",
    "content-type",
    "",
    "cookie",
    "",
    "date",
    "",
    "etag",
    "",
    "expect",
    "",
    "expires",
    "",
    "from",
    "",
    "host",
    "",
    "if-match",
    "",
    "if-modified-since",
    "",
    "if-none-match",
    "",
    "if-range",
    "",
    "if-unmodified-since",
    "",
    "last-modified",
    "",
    "link",
    "",
    "location",
    "",
    "max-forwards",
    "",
    "proxy-authenticate",
    "",
    "proxy-authorization",
    "",
    "range",
    "",
    "referer",
    "",
    "refresh",
    "",
    "retry-after",
    "",
    "server",
    "",
    "set-cookie",
    "",
    "strict-transport-security",
    "",
    "transfer-encoding",
    "",
    "user-agent",
    "",
    "vary",
    "",
    "via",
    "",
    "www-authenticate",
    "",
  };

  private Hpack() {}

  public static byte[] encode(List<Fields.Field> fields) {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    for (Fields.Field field : fields) {
      block.write(0);
      writeString(block, field.name());
      writeString(block, field.value());
    }
    return block.toByteArray();
  }

  private static void writeString(ByteArrayOutputStream block, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    if (bytes.length < 127) {
      block.write(bytes.length);
    } else {
      block.write(127);
      int rest = bytes.length - 127;
      for (; rest >= 128; rest >>>= 7) {
        block.write(rest & 0x7F | 0x80);
      }
      block.write(rest);
    }
    block.writeBytes(bytes);
  }

  public static Fields decode(byte[] block) throws IOException {
    List<Fields.Field> fields = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(block);
    while (in.hasRemaining()) {
      int first = in.get(in.position()) & 0xFF;
      if (first >= 0x80) {
        int index = readInteger(in, 7);
        fields.add(new Fields.Field(name(index), STATIC_TABLE[2 * index - 1]));
      } else if (first >= 0x20 && first < 0x40) {
        readInteger(in, 5);
      } else {
        int index = readInteger(in, first >= 0x40 ? 6 : 4);
        String name = index == 0 ? readString(in) : name(index);
        fields.add(new Fields.Field(name, readString(in)));
      }
    }
    return new Fields(fields);
  }

  private static String name(int index) throws IOException {
    if (index < 1 || index > STATIC_TABLE.length / 2) {
      throw new BrokenMessageException("HPACK index " + index + " without a dynamic table");
    }
    return STATIC_TABLE[2 * index - 2];
  }

  private static int readInteger(ByteBuffer in, int prefixBits) {
    int mask = (1 << prefixBits) - 1;
    int value = in.get() & mask;
    if (value < mask) {
      return value;
    }
    int shift = 0;
    int next;
    do {
      next = in.get();
      value += (next & 0x7F) << shift;
      shift += 7;
    } while ((next & 0x80) != 0);
    return value;
  }

  private static String readString(ByteBuffer in) throws IOException {
    if ((in.get(in.position()) & 0x80) != 0) {
      throw new BrokenMessageException("a string in Huffman code");
    }
    byte[] bytes = new byte[readInteger(in, 7)];
    in.get(bytes);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
