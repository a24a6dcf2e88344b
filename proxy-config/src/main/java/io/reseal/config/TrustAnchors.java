package io.reseal.config;

import java.security.cert.X509Certificate;
import java.util.List;

/** Who is trusted to have signed an upstream's certificate. */
public sealed interface TrustAnchors {

  /** The trust store of the Java runtime. */
  record SystemStore() implements TrustAnchors {
    @Override
    public String toString() {
      return "the system's trust store";
    }
  }

  /**
   * The user's own CAs; nobody else is trusted.
   *
   * @param certificates at least one
   * @param source where they were read from, for messages
   */
  record DestinationCa(List<X509Certificate> certificates, String source) implements TrustAnchors {
    public DestinationCa {
      certificates = List.copyOf(certificates);
      if (certificates.isEmpty()) {
        throw new IllegalArgumentException(
            "destinationCA: no certificate in " + source + " (expected: at least one)");
      }
    }
  }

  /**
   * Nobody is asked: any certificate is accepted. Security: whoever can reach the network between
   * Reseal and the upstream can read and change everything. Spelled {@code skipVerification: true},
   * and warned about at start.
   */
  record Unverified() implements TrustAnchors {}
}
