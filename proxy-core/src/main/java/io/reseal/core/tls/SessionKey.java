package io.reseal.core.tls;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an upstream connection is known by inside the TLS library: the text that is given to it as
 * the peer's host.
 *
 * <p>Both libraries resume a TLS session for an equal peer host (and port), and on resumption no
 * certificate is shown, so no name is checked. Therefore the key holds everything that the check
 * depends on, and {@link UpstreamVerifier} reads the accepted names back from it: what is resumed
 * under a key was verified for exactly the names in that key. The other parts of the policy (trust
 * anchors, CRLs, client identity, versions, application protocols) are bound by there being one
 * context per policy.
 *
 * <p>The bar makes it no valid host name, so neither library mistakes it for a server name.
 *
 * @param serverName the server name sent, empty for none
 * @param accepted the names accepted; empty means none
 * @param host the endpoint
 */
record SessionKey(String serverName, List<String> accepted, String host) {
  private static final char BAR = '|';
  private static final char COMMA = ',';

  String encode() {
    StringBuilder key = new StringBuilder(64).append(serverName).append(BAR);
    for (int i = 0; i < accepted.size(); i++) {
      if (i > 0) {
        key.append(COMMA);
      }
      key.append(accepted.get(i));
    }
    return key.append(BAR).append(host).toString();
  }

  /** The key of an encoded text, or null when it is none. */
  static @Nullable SessionKey decode(@Nullable String text) {
    if (text == null) {
      return null;
    }
    int first = text.indexOf(BAR);
    int second = text.indexOf(BAR, first + 1);
    if (first < 0 || second < 0 || text.indexOf(BAR, second + 1) >= 0) {
      return null;
    }
    String names = text.substring(first + 1, second);
    List<String> accepted = names.isEmpty() ? List.of() : List.of(names.split(",", -1));
    return new SessionKey(text.substring(0, first), accepted, text.substring(second + 1));
  }

  /** Whether a name can stand in a key: not empty, visible ASCII, no separator. */
  static boolean canHold(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c <= ' ' || c >= 0x7F || c == BAR || c == COMMA) {
        return false;
      }
    }
    return !name.isEmpty();
  }
}
