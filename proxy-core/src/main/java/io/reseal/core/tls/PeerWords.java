package io.reseal.core.tls;

/** How verdicts speak of the peer whose certificate is judged, and of the keys that mend it. */
enum PeerWords {
  UPSTREAM("the upstream", "the upstream's destinationCA", "the upstream's tls.crl", "serverAuth"),
  CLIENT(
      "the client", "the identity's clientAuth.ca", "the identity's clientAuth.crl", "clientAuth");

  private final String peer;
  private final String anchorsKey;
  private final String listsKey;
  private final String purpose;

  PeerWords(String peer, String anchorsKey, String listsKey, String purpose) {
    this.peer = peer;
    this.anchorsKey = anchorsKey;
    this.listsKey = listsKey;
    this.purpose = purpose;
  }

  String peer() {
    return peer;
  }

  /** The peer's certificate. */
  String certificate() {
    return peer + "'s certificate";
  }

  /** The key of the configuration that holds the trusted CAs. */
  String anchorsKey() {
    return anchorsKey;
  }

  /** The key of the configuration that holds the CRLs. */
  String listsKey() {
    return listsKey;
  }

  /** The extended key usage that the peer needs, as OpenSSL spells it. */
  String purpose() {
    return purpose;
  }

  /** How to look at what the peer sends. */
  String look() {
    return this == UPSTREAM
        ? "Look at the chain with: openssl s_client -connect HOST:PORT -showcerts"
        : "Look at the client's certificate with: openssl x509 -in cert.pem -noout -text";
  }
}
