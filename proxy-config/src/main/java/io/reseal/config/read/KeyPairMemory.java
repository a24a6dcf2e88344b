package io.reseal.config.read;

import io.reseal.config.KeyPairMaterial;
import io.reseal.config.pem.PrivateKeys;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.Map;

/**
 * What is known of key pairs from one reading of a configuration to the next: those that have not
 * changed are not proven again, and are the same objects, so that thousands of them cost little
 * where one has changed. Knows the pairs of the last complete reading only. Not thread-safe.
 */
public final class KeyPairMemory {
  private Map<X509Certificate, KeyPairMaterial> known = Map.of();
  private Map<X509Certificate, KeyPairMaterial> current = new HashMap<>();

  /** Whether a private key belongs to a certificate. */
  boolean match(PrivateKey key, X509Certificate certificate) {
    KeyPairMaterial before = known.get(certificate);
    return before != null && before.privateKey().equals(key) || PrivateKeys.match(key, certificate);
  }

  /** A pair for the configuration that is being read: itself, or an equal one from before. */
  KeyPairMaterial keep(KeyPairMaterial pair) {
    KeyPairMaterial before = known.get(pair.leaf());
    KeyPairMaterial kept = before != null && before.equals(pair) ? before : pair;
    current.put(kept.leaf(), kept);
    return kept;
  }

  /** The whole configuration has been read, with mistakes or without. */
  void endReading() {
    known = current;
    current = new HashMap<>();
  }
}
