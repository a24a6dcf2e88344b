package io.reseal.core.tls;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The table that maps a server name to what is configured for it: an exact name first, then the
 * wildcard over exactly one label. Immutable; lookups allocate at most one substring.
 */
public final class SniTable<T> {
  private static final String WILDCARD = "*.";

  private final Map<String, T> exact;
  private final Map<String, T> wildcardsByParent;

  private SniTable(Map<String, T> exact, Map<String, T> wildcardsByParent) {
    this.exact = exact;
    this.wildcardsByParent = wildcardsByParent;
  }

  /** A table of names in lower case, either exact or of the form {@code *.parent}. */
  public static <T> SniTable<T> of(Map<String, ? extends T> byName) {
    Map<String, T> exact = new HashMap<>();
    Map<String, T> wildcards = new HashMap<>();
    byName.forEach((name, value) -> {
      if (name.startsWith(WILDCARD)) {
        wildcards.put(name.substring(WILDCARD.length()), value);
      } else {
        exact.put(name, value);
      }
    });
    return new SniTable<>(exact, wildcards);
  }

  /** What is configured for a name in lower case without a trailing dot, or null. */
  public @Nullable T lookup(String serverName) {
    T value = exact.get(serverName);
    if (value != null || wildcardsByParent.isEmpty()) {
      return value;
    }
    int firstDot = serverName.indexOf('.');
    return firstDot <= 0 ? null : wildcardsByParent.get(serverName.substring(firstDot + 1));
  }
}
