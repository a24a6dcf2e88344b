package io.reseal.config;

import java.security.cert.X509Certificate;
import java.util.List;

/** Whether the clients of an identity must show certificates, and who must have signed them. */
public sealed interface ClientAuth {
  ClientAuth NOT_ASKED = new NotAsked();

  /** No client is asked for a certificate. */
  record NotAsked() implements ClientAuth {}

  /**
   * Clients are asked. A certificate that is shown is verified, and where it is not good the
   * handshake is refused: in no mode is a bad certificate treated as none.
   *
   * @param mode what becomes of a client that shows none. Default: required
   * @param authorities the CAs that may have signed a client's certificate, at least one; their
   *     names are told to clients
   * @param source where the CAs were read from, for messages
   * @param revocationLists the CRLs; where there are any, every certificate of a client's chain
   *     below the trusted CA needs one of its issuer that is in force. Default: none, and
   *     revocation is not checked
   * @param forwarded what upstreams are told about the certificate. Default: nothing
   */
  record Asked(
      Mode mode,
      List<X509Certificate> authorities,
      String source,
      List<RevocationList> revocationLists,
      List<ForwardedFields> forwarded)
      implements ClientAuth {
    public Asked {
      authorities = List.copyOf(authorities);
      revocationLists = List.copyOf(revocationLists);
      forwarded = List.copyOf(forwarded);
      if (authorities.isEmpty()) {
        throw new IllegalArgumentException(
            "clientAuth: no certificate in " + source + " (expected: at least one CA)");
      }
    }
  }

  /** What becomes of a client without a certificate. */
  enum Mode {
    /** Its handshake is refused. */
    REQUIRED,
    /** It is served, and upstreams are told nothing of a certificate. */
    OPTIONAL
  }

  /** Fields that tell upstreams of a verified certificate; what clients send in them is dropped. */
  enum ForwardedFields {
    /** {@code X-SSL-Client-Verify}, {@code -DN}, {@code -Issuer-DN} and more, as text. */
    X_SSL_CLIENT,
    /** {@code Client-Cert} of RFC 9440: the certificate itself. */
    CLIENT_CERT,
    /** {@code Client-Cert-Chain} of RFC 9440: the certificates that the client sent above it. */
    CLIENT_CERT_CHAIN
  }
}
