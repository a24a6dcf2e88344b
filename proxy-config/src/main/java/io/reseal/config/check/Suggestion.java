package io.reseal.config.check;

import java.util.Collection;
import java.util.Locale;

/** The nearest known word to one that is not known. */
public final class Suggestion {
  /** Shorter words are too easily near to anything. */
  private static final int LEAST_CONTAINED = 3;

  /** No key or name is longer, and the comparison costs the product of both lengths. */
  private static final int MOST_COMPARED = 64;

  private Suggestion() {}

  /**
   * "Did you mean x?"
   *
   * @param otherwise what to do where nothing known is near
   */
  public static String of(String word, Collection<String> known, String otherwise) {
    String best =
        word.length() > MOST_COMPARED ? "" : nearest(word.toLowerCase(Locale.ROOT), known);
    return best.isEmpty() ? otherwise : "Did you mean " + UserText.quoted(best) + "?";
  }

  private static String nearest(String word, Collection<String> known) {
    String best = "";
    int bestDistance = (word.length() <= 3 ? 1 : Math.max(2, word.length() / 3)) + 1;
    for (String candidate : known) {
      int distance = distance(word, candidate.toLowerCase(Locale.ROOT));
      if (distance < bestDistance) {
        bestDistance = distance;
        best = candidate;
      }
    }
    if (best.isEmpty() && word.length() >= LEAST_CONTAINED) {
      return known.stream()
          .filter(candidate -> candidate.toLowerCase(Locale.ROOT).contains(word))
          .findFirst()
          .orElse("");
    }
    return best;
  }

  /** Edits (insert, delete, replace, swap neighbours) from one word to the other. */
  static int distance(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        cost[i][j] = i == 0 || j == 0 ? i + j : cheapest(cost, a, b, i, j);
      }
    }
    return cost[a.length()][b.length()];
  }

  private static int cheapest(int[][] cost, String a, String b, int i, int j) {
    int replace = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
    int least =
        Math.min(cost[i - 1][j - 1] + replace, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(least, cost[i - 2][j - 2] + 1) : least;
  }
}
