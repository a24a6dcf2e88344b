package io.reseal.core.snapshot;

import io.reseal.config.PathMatch;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The routes of one host by path: an exact path wins over prefixes, a longer prefix over a shorter
 * one, and a prefix ends where a path element ends. Immutable. A lookup costs one hash per distinct
 * prefix length of this host, whatever the request's path.
 */
final class PathTable {
  private final Map<String, RoutePlan> exact;
  private final Map<String, RoutePlan> prefixes;

  /** Lengths of the prefixes, longest first, without "/", which is {@link #everything}. */
  private final int[] prefixLengths;

  private final @Nullable RoutePlan everything;

  private PathTable(Map<String, RoutePlan> exact, Map<String, RoutePlan> prefixes) {
    this.exact = exact;
    this.everything = prefixes.remove("");
    this.prefixes = prefixes;
    TreeSet<Integer> lengths = new TreeSet<>();
    prefixes.keySet().forEach(prefix -> lengths.add(prefix.length()));
    this.prefixLengths =
        lengths.descendingSet().stream().mapToInt(Integer::intValue).toArray();
  }

  @Nullable
  RoutePlan lookup(String path) {
    if (!exact.isEmpty()) {
      RoutePlan route = exact.get(path);
      if (route != null) {
        return route;
      }
    }
    for (int length : prefixLengths) {
      int pathLength = path.length();
      if (pathLength == length || pathLength > length && path.charAt(length) == '/') {
        RoutePlan route = prefixes.get(path.substring(0, length));
        if (route != null) {
          return route;
        }
      }
    }
    return everything;
  }

  /** Collects the paths of one host. */
  static final class Builder {
    private final Map<String, RoutePlan> exact = new HashMap<>();
    private final Map<String, RoutePlan> prefixes = new HashMap<>();

    void add(PathMatch match, RoutePlan route) {
      switch (match) {
        case PathMatch.Exact(String path) -> exact.putIfAbsent(path, route);
        // "/a" and "/a/" are the same prefix; "/" becomes the empty one.
        case PathMatch.Prefix(String path) -> prefixes.putIfAbsent(withoutEndSlash(path), route);
      }
    }

    private static String withoutEndSlash(String path) {
      return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    PathTable build() {
      return new PathTable(Map.copyOf(exact), new HashMap<>(prefixes));
    }
  }
}
