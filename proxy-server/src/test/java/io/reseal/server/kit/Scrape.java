package io.reseal.server.kit;

import java.util.List;

/** One scrape in the text format of Prometheus. */
public final class Scrape {
  private final String text;
  private final List<String> series;

  private Scrape(String text, List<String> series) {
    this.text = text;
    this.series = series;
  }

  public static Scrape of(String text) {
    return new Scrape(
        text, text.lines().filter(line -> !line.startsWith("#")).sorted().toList());
  }

  public String text() {
    return text;
  }

  /** The lines that hold a value, in order. */
  public List<String> series() {
    return series;
  }

  /** The sum of all series of this name that have every one of these labels, as {@code a="b"}. */
  public double sum(String name, String... labels) {
    double sum = 0;
    for (String line : series) {
      if (line.startsWith(name + "{") || line.startsWith(name + " ")) {
        String labelled = line.substring(name.length(), line.lastIndexOf(' '));
        if (List.of(labels).stream().allMatch(labelled::contains)) {
          sum += Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
        }
      }
    }
    return sum;
  }
}
