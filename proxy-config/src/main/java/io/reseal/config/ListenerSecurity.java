package io.reseal.config;

import java.util.List;

/** What protects the connections of a listener. */
public sealed interface ListenerSecurity {

  /** HTTP/1.1 without TLS. */
  record Cleartext() implements ListenerSecurity {}

  /**
   * TLS, ended here or passed through, as the route of the server name says.
   *
   * @param versions the TLS versions offered
   * @param groups named groups in order of preference, in BoringSSL's spelling
   * @param identities names of the {@link ServerIdentity}s served here, in configuration order
   * @param unknownServerName what a client gets that sends no server name or one that no identity
   *     covers
   * @param http2 whether HTTP/2 is offered by ALPN, before HTTP/1.1
   */
  record Tls(
      TlsVersions versions,
      List<String> groups,
      List<String> identities,
      UnknownServerName unknownServerName,
      boolean http2)
      implements ListenerSecurity {
    public static final List<String> DEFAULT_GROUPS =
        List.of("X25519MLKEM768", "X25519", "P-256", "P-384");

    public Tls {
      groups = List.copyOf(groups);
      identities = List.copyOf(identities);
    }
  }

  /** The answer to a client whose server name is missing or unknown. */
  sealed interface UnknownServerName {

    /** The handshake is refused with the alert {@code unrecognized_name}. */
    record Refuse() implements UnknownServerName {}

    /** One identity is shown to all of them. */
    record ServeIdentity(String identity) implements UnknownServerName {}
  }
}
