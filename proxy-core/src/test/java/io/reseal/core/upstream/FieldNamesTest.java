package io.reseal.core.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import io.reseal.config.Limits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FieldNamesTest {
  private final FieldNames names = new FieldNames();

  /** Reads a head as the decoder does; returns its names. */
  private List<AsciiString> read(String... head) {
    names.restart();
    List<AsciiString> read = new ArrayList<>();
    for (String each : head) {
      byte[] line = ("\n" + each + ": value").getBytes(StandardCharsets.US_ASCII);
      AsciiString name = names.again(line, 1, each.length());
      if (name == null) {
        name = new AsciiString(line, 1, each.length(), true);
        names.note(name);
      }
      read.add(name);
    }
    assertThat(read).extracting(AsciiString::toString).containsExactly(head);
    return read;
  }

  private static int same(List<AsciiString> before, List<AsciiString> now) {
    int same = 0;
    for (AsciiString name : now) {
      same += before.stream().anyMatch(old -> old == name) ? 1 : 0;
    }
    return same;
  }

  @Test
  void areThoseOfTheHeadBefore() {
    List<AsciiString> first = read("Server", "Date", "Content-Type");
    assertThat(same(first, read("Server", "Date", "Content-Type"))).isEqualTo(3);
    assertThat(same(first, read("Server", "Date"))).isEqualTo(2);
    assertThat(same(first, read("Server", "Date", "Content-Type", "ETag"))).isEqualTo(3);
  }

  /** With the decoder, over heads with other fields between and trailers after. */
  @Test
  void areReadByTheDecoder() {
    ResponseDecoder decoder = new ResponseDecoder(Limits.DEFAULT);
    EmbeddedChannel channel = new EmbeddedChannel(decoder);
    List<CharSequence> first = decoded(channel, decoder, "Server: a\r\nContent-Length: 0\r\n\r\n");
    List<CharSequence> second = decoded(channel, decoder, "Server: b\r\nContent-Length: 0\r\n\r\n");
    assertThat(second).hasSize(2);
    assertThat(second.getFirst()).isSameAs(first.getFirst());
    assertThat(second.getLast()).isSameAs(first.getLast());
    decoded(channel, decoder, "Transfer-Encoding: chunked\r\n\r\n0\r\nTrailing: x\r\n\r\n");
    List<CharSequence> last = decoded(channel, decoder, "Server: c\r\nContent-Length: 0\r\n\r\n");
    assertThat(last).extracting(CharSequence::toString).containsExactly("Server", "Content-Length");
    channel.finishAndReleaseAll();
  }

  /** The names of one response. */
  private static List<CharSequence> decoded(
      EmbeddedChannel channel, ResponseDecoder decoder, String rest) {
    decoder.expectResponse(/* toHeadRequest= */ false);
    channel.writeInbound(
        Unpooled.copiedBuffer("HTTP/1.1 200 OK\r\n" + rest, StandardCharsets.US_ASCII));
    List<CharSequence> names = new ArrayList<>();
    for (Object read = channel.readInbound(); read != null; read = channel.readInbound()) {
      if (read instanceof HttpResponse response) {
        response.headers().iteratorCharSequence().forEachRemaining(e -> names.add(e.getKey()));
      }
      ReferenceCountUtil.release(read);
    }
    return names;
  }

  @Test
  void areNewWhereTheyDiffer() {
    List<AsciiString> first = read("Server", "Date", "Content-Type");
    assertThat(same(first, read("server", "DATE", "Content-Typf"))).isZero();
    assertThat(same(first, read("Serve", "Server", "Date"))).isZero();
    List<AsciiString> last = read("Server", "Date", "Content-Type");
    assertThat(same(first, last)).isZero();
    assertThat(same(last, read("Server", "Date", "Content-Type"))).isEqualTo(3);
  }

  @Test
  void areNotKeptWhereTheyAreManyOrLong() {
    String[] many = new String[100];
    for (int i = 0; i < many.length; i++) {
      many[i] = "x-" + i;
    }
    assertThat(same(read(many), read(many))).isEqualTo(24);
    String[] oneLong = {"a", "b".repeat(49), "c"};
    assertThat(same(read(oneLong), read(oneLong))).isEqualTo(1);
    assertThat(same(read("a", "b", "c"), read("a", "b", "c"))).isEqualTo(3);
  }
}
