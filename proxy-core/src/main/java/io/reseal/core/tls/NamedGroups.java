package io.reseal.core.tls;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The named groups of the configuration, which spells them as BoringSSL does, for the JDK. */
final class NamedGroups {
  private static final Map<String, String> JDK_NAMES =
      Map.of("X25519", "x25519", "P-256", "secp256r1", "P-384", "secp384r1", "P-521", "secp521r1");

  private NamedGroups() {}

  /**
   * The groups that the JDK's provider knows, in order; empty when it knows none of them, and then
   * the provider's own default applies.
   */
  static String[] forJdk(List<String> groups) {
    List<String> known = new ArrayList<>();
    for (String group : groups) {
      String name = JDK_NAMES.get(group);
      if (name != null) {
        known.add(name);
      }
    }
    return known.toArray(String[]::new);
  }
}
