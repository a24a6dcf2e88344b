package io.reseal.config;

import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A certificate chain and the private key of its leaf. {@link #toString} never shows the key.
 *
 * @param chain the leaf first, then each issuer; the root may be missing
 * @param privateKey the key that matches the leaf
 * @param source where the chain was read from, for messages
 * @param keySource where the key was read from, for messages
 */
public record KeyPairMaterial(
    List<X509Certificate> chain, PrivateKey privateKey, String source, String keySource) {
  public KeyPairMaterial {
    chain = List.copyOf(chain);
  }

  /** A pair from one place. */
  public KeyPairMaterial(List<X509Certificate> chain, PrivateKey privateKey, String source) {
    this(chain, privateKey, source, source);
  }

  public X509Certificate leaf() {
    return chain.getFirst();
  }

  @Override
  public String toString() {
    return "KeyPairMaterial[" + leaf().getSubjectX500Principal() + ", " + source + "]";
  }
}
