package io.reseal.config.check;

import java.util.Collection;
import java.util.Locale;

/** The nearest known word to one that is not known. */
public final class Suggestion {
  private Suggestion() {}

  /** "did you mean x?", or the list of what is known where nothing is near. */
  public static String of(String word, Collection<String> known) {
    String best = "";
    int bestDistance = Math.max(2, word.length() / 3) + 1;
    for (String candidate : known) {
      int distance = distance(word.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
      if (distance < bestDistance) {
        bestDistance = distance;
        best = candidate;
      }
    }
    if (!best.isEmpty()) {
      return "Did you mean \"" + best + "\"?";
    }
    return known.isEmpty() ? "" : "Known here: " + String.join(", ", known);
  }

  /** Edits (insert, delete, replace, swap neighbours) from one word to the other. */
  private static int distance(String a, String b) {
    int[][] cost = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          cost[i][j] = i + j;
          continue;
        }
        int replace = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        cost[i][j] =
            Math.min(cost[i - 1][j - 1] + replace, Math.min(cost[i - 1][j], cost[i][j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          cost[i][j] = Math.min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
      }
    }
    return cost[a.length()][b.length()];
  }
}
