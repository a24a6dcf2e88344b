package io.reseal.core.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class SniTableTest {
  private final SniTable<String> table = SniTable.of(
      Map.of("shop.example", "exact", "*.shop.example", "wildcard", "www.shop.example", "www"));

  @Test
  void prefersTheExactName() {
    assertThat(table.lookup("shop.example")).isEqualTo("exact");
    assertThat(table.lookup("www.shop.example")).isEqualTo("www");
    assertThat(table.lookup("api.shop.example")).isEqualTo("wildcard");
  }

  @Test
  void matchesOneLabelByWildcard() {
    assertThat(table.lookup("a.b.shop.example")).isNull();
    assertThat(table.lookup(".shop.example")).isNull();
    assertThat(table.lookup("*.shop.example")).isEqualTo("wildcard");
  }

  @Test
  void findsNothingForOthers() {
    assertThat(table.lookup("")).isNull();
    assertThat(table.lookup("example")).isNull();
    assertThat(table.lookup("xshop.example")).isNull();
  }
}
