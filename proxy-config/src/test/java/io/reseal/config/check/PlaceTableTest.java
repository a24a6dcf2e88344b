package io.reseal.config.check;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PlaceTableTest {
  private static final int MANY = 100_000;

  @Test
  void findsEachOfManyPaths() {
    PlaceTable table = new PlaceTable();
    for (int i = 0; i < MANY; i++) {
      table.putIfAbsent("routes[" + i + "].paths[0].prefix", i, i % 80);
    }
    for (int i = 0; i < MANY; i++) {
      long place = table.get("routes[" + i + "].paths[0].prefix");
      assertThat(PlaceTable.line(place)).isEqualTo(i);
      assertThat(PlaceTable.column(place)).isEqualTo(i % 80);
    }
    assertThat(table.get("routes[" + MANY + "].paths[0].prefix")).isEqualTo(PlaceTable.NONE);
    assertThat(table.get("")).isEqualTo(PlaceTable.NONE);
  }

  @Test
  void keepsTheFirstPlaceOfAPath() {
    PlaceTable table = new PlaceTable();
    table.putIfAbsent("a", 1, 2);
    table.putIfAbsent("a", 3, 4);
    assertThat(PlaceTable.line(table.get("a"))).isEqualTo(1);
  }
}
