package io.reseal.config;

import java.util.List;

/**
 * What Reseal shows to an upstream that asks for a client certificate.
 *
 * @param keyPairs one key pair; none in {@link #NONE}
 */
public record ClientIdentity(List<KeyPairMaterial> keyPairs) {
  /** Nothing is shown, whoever asks. */
  public static final ClientIdentity NONE = new ClientIdentity(List.of());

  public ClientIdentity {
    keyPairs = List.copyOf(keyPairs);
    if (keyPairs.size() > 1) {
      throw new IllegalArgumentException(
          "clientIdentity: " + keyPairs.size() + " key pairs (expected: at most one)");
    }
  }

  /** This key pair is shown. */
  public static ClientIdentity of(KeyPairMaterial keyPair) {
    return new ClientIdentity(List.of(keyPair));
  }

  /** Whether there is nothing to show. */
  public boolean isNone() {
    return keyPairs.isEmpty();
  }
}
