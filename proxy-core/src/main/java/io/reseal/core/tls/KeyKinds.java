package io.reseal.core.tls;

import io.reseal.config.KeyPairMaterial;
import java.util.Set;

/** The kinds of keys that both TLS libraries can sign a handshake with. */
final class KeyKinds {
  private static final Set<String> ALGORITHMS = Set.of("RSA", "EC");

  private KeyKinds() {}

  /**
   * Refuses a key of another kind, which the library would not refuse, and never show.
   *
   * @param whose whose key it is, for the message
   */
  static void require(KeyPairMaterial keyPair, String whose) {
    String algorithm = keyPair.leaf().getPublicKey().getAlgorithm();
    if (!ALGORITHMS.contains(algorithm)) {
      throw new TlsSetupException(
          whose + ": key algorithm " + algorithm + " (expected: RSA or EC) in " + keyPair.source()
              + ". Issue the certificate for another key.",
          null);
    }
  }
}
