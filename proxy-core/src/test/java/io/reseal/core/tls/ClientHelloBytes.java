package io.reseal.core.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A writer of ClientHello bodies, also of broken ones. */
final class ClientHelloBytes {
  private final List<byte[]> extensions = new ArrayList<>();
  private int legacyVersion = 0x0303;
  private byte[] trailing = {};

  static ClientHelloBytes hello() {
    return new ClientHelloBytes();
  }

  ClientHelloBytes legacyVersion(int version) {
    this.legacyVersion = version;
    return this;
  }

  ClientHelloBytes serverName(String name) {
    return serverName(name.getBytes(StandardCharsets.ISO_8859_1));
  }

  ClientHelloBytes serverName(byte[] name) {
    return serverNames(0, name);
  }

  ClientHelloBytes serverNames(int type, byte[]... names) {
    ByteBuf list = Unpooled.buffer();
    for (byte[] name : names) {
      list.writeByte(type).writeShort(name.length).writeBytes(name);
    }
    return extension(0, prefixed16(bytes(list)));
  }

  ClientHelloBytes alpn(String... names) {
    ByteBuf list = Unpooled.buffer();
    for (String name : names) {
      list.writeByte(name.length()).writeCharSequence(name, StandardCharsets.ISO_8859_1);
    }
    return extension(16, prefixed16(bytes(list)));
  }

  ClientHelloBytes versions(int... versions) {
    ByteBuf list = Unpooled.buffer().writeByte(versions.length * 2);
    for (int version : versions) {
      list.writeShort(version);
    }
    return extension(43, bytes(list));
  }

  ClientHelloBytes extension(int type, byte[] content) {
    extensions.add(
        bytes(Unpooled.buffer().writeShort(type).writeShort(content.length).writeBytes(content)));
    return this;
  }

  ClientHelloBytes trailing(int... octets) {
    trailing = new byte[octets.length];
    for (int i = 0; i < octets.length; i++) {
      trailing[i] = (byte) octets[i];
    }
    return this;
  }

  byte[] build() {
    ByteBuf hello = Unpooled.buffer();
    hello.writeShort(legacyVersion).writeZero(32);
    hello.writeByte(32).writeZero(32);
    hello.writeShort(4).writeShort(0x1301).writeShort(0x3A3A);
    hello.writeByte(1).writeByte(0);
    if (!extensions.isEmpty()) {
      hello.writeShort(
          extensions.stream().mapToInt(extension -> extension.length).sum());
      extensions.forEach(hello::writeBytes);
    }
    return bytes(hello.writeBytes(trailing));
  }

  static byte[] prefixed16(byte[] content) {
    return bytes(Unpooled.buffer().writeShort(content.length).writeBytes(content));
  }

  private static byte[] bytes(ByteBuf buffer) {
    byte[] copy = new byte[buffer.readableBytes()];
    buffer.readBytes(copy);
    return copy;
  }
}
