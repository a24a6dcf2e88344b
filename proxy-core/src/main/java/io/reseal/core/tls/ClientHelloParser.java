package io.reseal.core.tls;

import io.netty.buffer.ByteBuf;
import io.reseal.core.tls.ParsedHello.Malformed;
import io.reseal.core.tls.ParsedHello.Ok;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The reader of a ClientHello: a cursor over the message body that never throws, never changes the
 * buffer's indexes, and keeps nothing of it.
 *
 * <p>Read are the versions, the server name and the application protocols. Everything else is the
 * TLS library's matter, or the upstream's: unknown extensions and GREASE values are skipped by
 * their length. What is read is read strictly, because the routing decision and the TLS library's
 * (or the upstream's) view of the same bytes must not differ.
 */
public final class ClientHelloParser {
  /** How many application protocols are kept; those behind are checked for form and dropped. */
  public static final int MAX_ALPN_NAMES = 32;

  private static final int RANDOM_BYTES = 32;
  private static final int MAX_SESSION_ID_BYTES = 32;
  private static final int EXTENSION_SERVER_NAME = 0;
  private static final int EXTENSION_ALPN = 16;
  private static final int EXTENSION_SUPPORTED_VERSIONS = 43;
  private static final int NAME_TYPE_HOST_NAME = 0;
  private static final int MAX_HOST_NAME_BYTES = 255;
  private static final int MAX_LABEL_BYTES = 63;
  private static final int TLS_1_2 = 0x0303;
  private static final int TLS_1_3 = 0x0304;

  private final ByteBuf hello;
  private final int end;
  private int at;
  private String serverName = "";
  private List<String> alpn = List.of();
  private int legacyVersion;
  private boolean sawServerName;
  private boolean sawAlpn;
  private boolean sawSupportedVersions;
  private boolean listsTls13;
  private boolean listsTls12;

  private ClientHelloParser(ByteBuf hello) {
    this.hello = hello;
    this.at = hello.readerIndex();
    this.end = hello.writerIndex();
  }

  /**
   * Reads the body of a ClientHello, which is the handshake message without its four header bytes.
   * The buffer stays the caller's.
   */
  public static ParsedHello parse(ByteBuf hello) {
    return new ClientHelloParser(hello).parse();
  }

  private ParsedHello parse() {
    Malformed fault = readFixedPart();
    if (fault == null && at < end) {
      fault = readExtensions();
    }
    if (fault != null) {
      return fault;
    }
    boolean tls12 = sawSupportedVersions ? listsTls12 : legacyVersion >= TLS_1_2;
    return new Ok(new ClientHello(serverName, alpn, listsTls13, tls12));
  }

  private @Nullable Malformed readFixedPart() {
    if (!require(end, 2 + RANDOM_BYTES + 1)) {
      return truncated();
    }
    legacyVersion = readShort();
    at += RANDOM_BYTES;
    int sessionIdBytes = readByte();
    if (sessionIdBytes > MAX_SESSION_ID_BYTES) {
      return decodeError("session id longer than 32 bytes");
    }
    if (!require(end, sessionIdBytes + 2)) {
      return truncated();
    }
    at += sessionIdBytes;
    int cipherBytes = readShort();
    if (cipherBytes < 2 || cipherBytes % 2 != 0) {
      return decodeError("length of the cipher suites");
    }
    if (!require(end, cipherBytes + 1)) {
      return truncated();
    }
    at += cipherBytes;
    int compressionBytes = readByte();
    if (compressionBytes < 1) {
      return decodeError("no compression method");
    }
    if (!require(end, compressionBytes)) {
      return truncated();
    }
    at += compressionBytes;
    return null;
  }

  private @Nullable Malformed readExtensions() {
    if (!require(end, 2)) {
      return truncated();
    }
    int length = readShort();
    if (length != end - at) {
      return decodeError("length of the extensions");
    }
    while (at < end) {
      if (!require(end, 4)) {
        return truncated();
      }
      int type = readShort();
      int extensionBytes = readShort();
      if (!require(end, extensionBytes)) {
        return truncated();
      }
      int extensionEnd = at + extensionBytes;
      Malformed fault = readExtension(type, extensionEnd);
      if (fault != null) {
        return fault;
      }
      at = extensionEnd;
    }
    return null;
  }

  private @Nullable Malformed readExtension(int type, int extensionEnd) {
    return switch (type) {
      case EXTENSION_SERVER_NAME -> readServerName(extensionEnd);
      case EXTENSION_ALPN -> readAlpn(extensionEnd);
      case EXTENSION_SUPPORTED_VERSIONS -> readSupportedVersions(extensionEnd);
      default -> null;
    };
  }

  private @Nullable Malformed readServerName(int extensionEnd) {
    if (sawServerName) {
      return illegal("server_name extension twice");
    }
    sawServerName = true;
    if (!require(extensionEnd, 5)) {
      return decodeError("server_name extension cut short");
    }
    int listBytes = readShort();
    if (listBytes != extensionEnd - at) {
      return decodeError("length of the server name list");
    }
    int nameType = readByte();
    int nameBytes = readShort();
    if (nameType != NAME_TYPE_HOST_NAME) {
      return decodeError("server name of an unknown type");
    }
    if (!require(extensionEnd, nameBytes)) {
      return decodeError("server_name extension cut short");
    }
    if (at + nameBytes != extensionEnd) {
      return illegal("more than one server name");
    }
    return readHostName(nameBytes);
  }

  private @Nullable Malformed readHostName(int nameBytes) {
    if (nameBytes == 0) {
      return illegal("empty server name");
    }
    if (nameBytes > MAX_HOST_NAME_BYTES) {
      return illegal("server name longer than 255 bytes");
    }
    int length = hello.getByte(at + nameBytes - 1) == '.' ? nameBytes - 1 : nameBytes;
    byte[] name = new byte[length];
    int labelBytes = 0;
    boolean numericLabel = true;
    for (int i = 0; i < length; i++) {
      byte raw = hello.getByte(at + i);
      byte octet = raw >= 'A' && raw <= 'Z' ? (byte) (raw + ('a' - 'A')) : raw;
      name[i] = octet;
      if (octet == '.') {
        if (labelBytes == 0) {
          return illegal("empty label in the server name");
        }
        labelBytes = 0;
        numericLabel = true;
        continue;
      }
      if (!isHostNameOctet(octet)) {
        return illegal("illegal character in the server name");
      }
      if (++labelBytes > MAX_LABEL_BYTES) {
        return illegal("server name label longer than 63 bytes");
      }
      numericLabel &= octet >= '0' && octet <= '9';
    }
    if (labelBytes == 0) {
      return illegal("empty label in the server name");
    }
    if (numericLabel) {
      return illegal("IP address as server name");
    }
    serverName = new String(name, StandardCharsets.ISO_8859_1);
    return null;
  }

  /** Letters, digits, hyphen, and the underscore that DNS names of services carry. */
  private static boolean isHostNameOctet(byte octet) {
    return octet >= 'a' && octet <= 'z'
        || octet >= '0' && octet <= '9'
        || octet == '-'
        || octet == '_';
  }

  private @Nullable Malformed readAlpn(int extensionEnd) {
    if (sawAlpn) {
      return illegal("ALPN extension twice");
    }
    sawAlpn = true;
    if (!require(extensionEnd, 2)) {
      return decodeError("ALPN extension cut short");
    }
    int listBytes = readShort();
    if (listBytes < 2 || listBytes != extensionEnd - at) {
      return decodeError("length of the ALPN list");
    }
    List<String> names = new ArrayList<>(2);
    while (at < extensionEnd) {
      int nameBytes = readByte();
      if (nameBytes == 0 || !require(extensionEnd, nameBytes)) {
        return decodeError("length of an ALPN name");
      }
      if (names.size() < MAX_ALPN_NAMES) {
        names.add(protocolName(nameBytes));
      }
      at += nameBytes;
    }
    alpn = names;
    return null;
  }

  /** The name at the cursor; the two common ones without allocation. */
  private String protocolName(int nameBytes) {
    if (isAt("h2", nameBytes)) {
      return "h2";
    }
    if (isAt("http/1.1", nameBytes)) {
      return "http/1.1";
    }
    return hello.toString(at, nameBytes, StandardCharsets.ISO_8859_1);
  }

  private boolean isAt(String name, int nameBytes) {
    if (name.length() != nameBytes) {
      return false;
    }
    for (int i = 0; i < nameBytes; i++) {
      if (hello.getByte(at + i) != name.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private @Nullable Malformed readSupportedVersions(int extensionEnd) {
    if (sawSupportedVersions) {
      return illegal("supported_versions extension twice");
    }
    sawSupportedVersions = true;
    if (!require(extensionEnd, 1)) {
      return decodeError("supported_versions extension cut short");
    }
    int listBytes = readByte();
    if (listBytes < 2 || listBytes % 2 != 0 || listBytes != extensionEnd - at) {
      return decodeError("length of the supported versions");
    }
    while (at < extensionEnd) {
      int version = readShort();
      listsTls13 |= version == TLS_1_3;
      listsTls12 |= version == TLS_1_2;
    }
    return null;
  }

  private boolean require(int limit, int bytes) {
    return limit - at >= bytes;
  }

  private int readByte() {
    return hello.getUnsignedByte(at++);
  }

  private int readShort() {
    int value = hello.getUnsignedShort(at);
    at += 2;
    return value;
  }

  private static Malformed truncated() {
    return decodeError("ClientHello cut short");
  }

  private static Malformed decodeError(String reason) {
    return new Malformed(reason, TlsAlert.DECODE_ERROR);
  }

  private static Malformed illegal(String reason) {
    return new Malformed(reason, TlsAlert.ILLEGAL_PARAMETER);
  }
}
