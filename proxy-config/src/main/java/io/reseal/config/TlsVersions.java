package io.reseal.config;

import java.util.List;

/**
 * A set of TLS versions, never empty.
 *
 * @param tls12 whether TLS 1.2 is allowed
 * @param tls13 whether TLS 1.3 is allowed
 */
public record TlsVersions(boolean tls12, boolean tls13) {
  public static final TlsVersions MODERN = new TlsVersions(true, true);

  public TlsVersions {
    if (!tls12 && !tls13) {
      throw new IllegalArgumentException("TLS versions: none (expected: at least one)");
    }
  }

  /** The versions as JSSE spells them, lowest first. */
  public List<String> protocolNames() {
    if (tls12 && tls13) {
      return List.of("TLSv1.2", "TLSv1.3");
    }
    return List.of(tls12 ? "TLSv1.2" : "TLSv1.3");
  }
}
