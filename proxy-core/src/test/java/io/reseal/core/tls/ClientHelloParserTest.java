package io.reseal.core.tls;

import static io.reseal.core.tls.ClientHelloBytes.hello;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.reseal.core.tls.ParsedHello.Malformed;
import io.reseal.core.tls.ParsedHello.Ok;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ClientHelloParserTest {
  private static final int GREASE = 0x1A1A;

  private static ClientHello parsed(ClientHelloBytes hello) {
    return switch (ClientHelloParser.parse(Unpooled.wrappedBuffer(hello.build()))) {
      case Ok ok -> ok.hello();
      case Malformed malformed -> throw new AssertionError(malformed.toString());
    };
  }

  private static Malformed refused(ClientHelloBytes hello) {
    return refused(hello.build());
  }

  private static Malformed refused(byte[] hello) {
    return switch (ClientHelloParser.parse(Unpooled.wrappedBuffer(hello))) {
      case Ok ok -> throw new AssertionError(ok.toString());
      case Malformed malformed -> malformed;
    };
  }

  @Test
  void readsAModernHello() {
    ClientHello hello = parsed(hello()
        .extension(GREASE, new byte[0])
        .serverName("Shop.Example.")
        .alpn("h2", "http/1.1", "foo")
        .versions(GREASE, 0x0304, 0x0303)
        .extension(0xFE0D, new byte[200])
        .extension(0xFF01, new byte[1]));
    assertThat(hello.serverName()).isEqualTo("shop.example");
    assertThat(hello.alpn()).containsExactly("h2", "http/1.1", "foo");
    assertThat(hello.offersTls13()).isTrue();
    assertThat(hello.offersTls12()).isTrue();
  }

  @Test
  void readsAHelloWithoutExtensions() {
    ClientHello hello = parsed(hello());
    assertThat(hello.hasServerName()).isFalse();
    assertThat(hello.alpn()).isEmpty();
    assertThat(hello.offersTls12()).isTrue();
    assertThat(hello.offersTls13()).isFalse();
    assertThat(parsed(hello().legacyVersion(0x0302)).offersModernTls()).isFalse();
  }

  @Test
  void believesSupportedVersionsAndNotTheLegacyVersion() {
    ClientHello only13 = parsed(hello().versions(0x0304));
    assertThat(only13.offersTls13()).isTrue();
    assertThat(only13.offersTls12()).isFalse();
    assertThat(parsed(hello().versions(0x0302, 0x0301)).offersModernTls()).isFalse();
    assertThat(parsed(hello().versions(GREASE, 0x7F1C)).offersModernTls()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a", "a.b", "a_b.example", "xn--bcher-kva.example", "1.example", "1.2.3.4x"})
  void acceptsHostNames(String name) {
    assertThat(parsed(hello().serverName(name)).serverName()).isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "a..b",
        ".a",
        "a..",
        "a b",
        "a/b",
        "a\0b",
        "a\u00e9.example",
        "127.0.0.1",
        "::1",
        "[::1]",
        "a.1",
        "*.example",
        "a|b",
        "a,b",
        "a%62",
        "a:443"
      })
  void refusesWhatIsNoHostName(String name) {
    assertThat(refused(hello().serverName(name)).alert()).isEqualTo(TlsAlert.ILLEGAL_PARAMETER);
  }

  @Test
  void limitsLengths() {
    String label = "a".repeat(63);
    String longest = String.join(".", label, label, label, "b".repeat(63));
    assertThat(longest).hasSize(255);
    assertThat(parsed(hello().serverName(longest)).serverName()).isEqualTo(longest);
    assertThat(refused(hello().serverName(longest + "c")).reason()).contains("255");
    assertThat(refused(hello().serverName("a".repeat(64))).reason()).contains("63");
    assertThat(refused(hello().serverName("a.".repeat(20_000))).reason()).contains("255");
  }

  @Test
  void refusesSecondNamesAndUnknownNameTypes() {
    byte[] name = "a.example".getBytes(StandardCharsets.US_ASCII);
    assertThat(refused(hello().serverNames(0, name, name)).alert())
        .isEqualTo(TlsAlert.ILLEGAL_PARAMETER);
    assertThat(refused(hello().serverName("a.example").serverName("b.example")).alert())
        .isEqualTo(TlsAlert.ILLEGAL_PARAMETER);
    assertThat(refused(hello().serverNames(1, name)).alert()).isEqualTo(TlsAlert.DECODE_ERROR);
    assertThat(refused(hello().serverNames(0)).alert()).isEqualTo(TlsAlert.DECODE_ERROR);
    assertThat(refused(hello().extension(0, new byte[0])).alert()).isEqualTo(TlsAlert.DECODE_ERROR);
  }

  @Test
  void refusesRepeatedExtensionsThatDecide() {
    assertThat(refused(hello().alpn("h2").alpn("h2")).alert())
        .isEqualTo(TlsAlert.ILLEGAL_PARAMETER);
    assertThat(refused(hello().versions(0x0304).versions(0x0304)).alert())
        .isEqualTo(TlsAlert.ILLEGAL_PARAMETER);
  }

  @Test
  void refusesMalformedLists() {
    assertThat(refused(hello().alpn()).alert()).isEqualTo(TlsAlert.DECODE_ERROR);
    assertThat(refused(hello().alpn("")).alert()).isEqualTo(TlsAlert.DECODE_ERROR);
    assertThat(refused(hello().extension(16, new byte[] {0, 3, 5, 'h', '2'})).alert())
        .isEqualTo(TlsAlert.DECODE_ERROR);
    assertThat(refused(hello().versions()).alert()).isEqualTo(TlsAlert.DECODE_ERROR);
    assertThat(refused(hello().extension(43, new byte[] {3, 3, 4, 3})).alert())
        .isEqualTo(TlsAlert.DECODE_ERROR);
    assertThat(refused(hello().extension(43, new byte[] {2, 3, 4, 9})).alert())
        .isEqualTo(TlsAlert.DECODE_ERROR);
  }

  @Test
  void refusesTrailingBytes() {
    assertThat(refused(hello().trailing(0)).alert()).isEqualTo(TlsAlert.DECODE_ERROR);
    assertThat(refused(hello().serverName("a").trailing(0)).alert())
        .isEqualTo(TlsAlert.DECODE_ERROR);
    assertThat(refused(hello().trailing(0, 5, 0, 0, 0)).alert()).isEqualTo(TlsAlert.DECODE_ERROR);
  }

  @ParameterizedTest
  @CsvSource({"34, 33", "67, 3", "67, 0", "73, 0"})
  void refusesLengthsOfTheFixedPart(int offset, int value) {
    byte[] hello = hello().serverName("a.example").build();
    hello[offset + (offset == 67 ? 1 : 0)] = (byte) value;
    assertThat(refused(hello).alert()).isEqualTo(TlsAlert.DECODE_ERROR);
  }

  @Test
  void keepsAtMostAFewProtocols() {
    String[] names = new String[255];
    Arrays.setAll(names, i -> "p" + i);
    assertThat(parsed(hello().alpn(names)).alpn()).hasSize(ClientHelloParser.MAX_ALPN_NAMES);
  }

  @Test
  void refusesEveryTruncation() {
    byte[] whole =
        hello().serverName("shop.example").alpn("h2").versions(0x0304, 0x0303).build();
    int withoutExtensions = hello().build().length;
    for (int length = 0; length < whole.length; length++) {
      if (length != withoutExtensions) {
        assertThat(refused(Arrays.copyOf(whole, length)).alert()).isEqualTo(TlsAlert.DECODE_ERROR);
      }
    }
  }

  @Test
  void neverThrowsAndNeverMovesTheBuffer() {
    byte[] whole =
        hello().serverName("shop.example").alpn("h2", "foo").versions(0x0304).build();
    Random random = new Random(42);
    for (int round = 0; round < 50_000; round++) {
      byte[] mutated = whole.clone();
      for (int i = 1 + random.nextInt(3); i > 0; i--) {
        mutated[random.nextInt(mutated.length)] = (byte) random.nextInt(256);
      }
      ByteBuf buffer = Unpooled.wrappedBuffer(new byte[3], mutated).skipBytes(3);
      assertThat(ClientHelloParser.parse(buffer)).isNotNull();
      assertThat(buffer.readableBytes()).isEqualTo(whole.length);
    }
  }
}
