package io.reseal.core.failure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The forms of an error response's body, and the choice among them. */
enum ErrorForm {
  TEXT("text/plain; charset=utf-8", "text", List.of("plain")),
  HTML("text/html; charset=utf-8", "text", List.of("html")),
  /** RFC 9457. */
  PROBLEM("application/problem+json", "application", List.of("problem+json", "json"));

  private static final double ANY_QUALITY = 1;

  private final String contentType;
  private final String type;
  private final List<String> subtypes;

  ErrorForm(String contentType, String type, List<String> subtypes) {
    this.contentType = contentType;
    this.type = type;
    this.subtypes = subtypes;
  }

  String contentType() {
    return contentType;
  }

  /**
   * The form that an Accept field prefers: by quality, then by how exactly it is named, then by the
   * order in the field (RFC 9110 section 12.5.1 gives the order no meaning, clients do). Text where
   * it says nothing, or nothing that there is.
   */
  static ErrorForm of(String accept) {
    List<Range> ranges = ranges(accept.toLowerCase(Locale.ROOT));
    ErrorForm best = TEXT;
    Wish most = Wish.NONE;
    for (ErrorForm form : values()) {
      Wish wish = form.wishIn(ranges);
      if (wish.isAbove(most)) {
        best = form;
        most = wish;
      }
    }
    return best;
  }

  /** What the most exact of the ranges that match says. */
  private Wish wishIn(List<Range> ranges) {
    Wish wish = Wish.NONE;
    for (int at = 0; at < ranges.size(); at++) {
      Range range = ranges.get(at);
      int exactness = exactness(range);
      if (exactness > wish.exactness()) {
        wish = new Wish(range.quality(), exactness, at);
      }
    }
    return wish;
  }

  private int exactness(Range range) {
    if (range.type().equals("*")) {
      return 1;
    }
    boolean html = this == HTML && range.type().equals("application");
    if (html) {
      return range.subtype().equals("xhtml+xml") ? 3 : 0;
    }
    if (!range.type().equals(type)) {
      return 0;
    }
    if (range.subtype().equals("*")) {
      return 2;
    }
    boolean named =
        subtypes.contains(range.subtype()) || this == PROBLEM && range.subtype().endsWith("+json");
    return named ? 3 : 0;
  }

  private static List<Range> ranges(String accept) {
    List<Range> ranges = new ArrayList<>(4);
    for (String element : accept.split(",", -1)) {
      String[] parts = element.split(";", -1);
      String media = parts[0].strip();
      int slash = media.indexOf('/');
      if (slash > 0) {
        ranges.add(
            new Range(media.substring(0, slash), media.substring(slash + 1), quality(parts)));
      }
    }
    return ranges;
  }

  /** RFC 9110 section 12.4.2; what is no number from 0 to 1 counts as not wanted. */
  private static double quality(String[] parts) {
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].strip();
      if (parameter.startsWith("q=")) {
        String weight = parameter.substring(2).strip();
        return weight.matches("0(\\.[0-9]{0,3})?|1(\\.0{0,3})?") ? Double.parseDouble(weight) : 0;
      }
    }
    return ANY_QUALITY;
  }

  private record Range(String type, String subtype, double quality) {}

  /** How much a form is wanted. */
  private record Wish(double quality, int exactness, int at) {
    static final Wish NONE = new Wish(0, 0, Integer.MAX_VALUE);

    boolean isAbove(Wish other) {
      if (quality != other.quality) {
        return quality > other.quality;
      }
      if (quality == 0) {
        return false;
      }
      return exactness != other.exactness ? exactness > other.exactness : at < other.at;
    }
  }
}
