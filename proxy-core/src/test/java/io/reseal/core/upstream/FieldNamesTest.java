package io.reseal.core.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
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
