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
  private final Map<String, PathRoute> exact;
  private final Map<String, PathRoute> prefixes;

  /** Lengths of the prefixes, longest first, without "/", which is {@link #everything}. */
  private final int[] prefixLengths;

  private final @Nullable PathRoute everything;

  private PathTable(Map<String, PathRoute> exact, Map<String, PathRoute> prefixes) {
    this.exact = exact;
    this.everything = prefixes.remove("");
    this.prefixes = prefixes;
    TreeSet<Integer> lengths = new TreeSet<>();
    prefixes.keySet().forEach(prefix -> lengths.add(prefix.length()));
    this.prefixLengths =
        lengths.descendingSet().stream().mapToInt(Integer::intValue).toArray();
  }

  /** The route for a path, null for none. */
  @Nullable
  RoutePlan lookup(String path) {
    PathRoute found = find(path);
    return found == null ? null : found.route();
  }

  /** The route for a path and what it was matched by, null for none. */
  @Nullable
  PathRoute find(String path) {
    if (!exact.isEmpty()) {
      PathRoute route = exact.get(path);
      if (route != null) {
        return route;
      }
    }
    for (int length : prefixLengths) {
      int pathLength = path.length();
      if (pathLength == length || pathLength > length && path.charAt(length) == '/') {
        PathRoute route = prefixes.get(path.substring(0, length));
        if (route != null) {
          return route;
        }
      }
    }
    return everything;
  }

  /** A route and the path that it was configured with. */
  record PathRoute(PathMatch match, RoutePlan route) {}

  /** Collects the paths of one host. */
  static final class Builder {
    private final Map<String, PathRoute> exact = new HashMap<>();
    private final Map<String, PathRoute> prefixes = new HashMap<>();

    void add(PathMatch match, RoutePlan route) {
      switch (match) {
        case PathMatch.Exact(String path) -> exact.putIfAbsent(path, new PathRoute(match, route));
        // "/a" and "/a/" are the same prefix; "/" becomes the empty one.
        case PathMatch.Prefix(String path) ->
          prefixes.putIfAbsent(withoutEndSlash(path), new PathRoute(match, route));
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
