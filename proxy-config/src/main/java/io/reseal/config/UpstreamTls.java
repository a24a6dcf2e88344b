package io.reseal.config;

import java.util.List;

/**
 * How connections to an upstream are protected and whom they trust.
 *
 * @param trustAnchors who may have signed the upstream's certificate. Default: the system's store
 * @param serverName the server name (SNI) sent. Default: the endpoint's DNS name, none for an IP
 * @param acceptedNames the DNS names or IP addresses of which the certificate must carry one; empty
 *     means the server name sent, or for an IP endpoint that address as an IP SAN
 * @param commonNameFallback whether a certificate without any SAN may match by its common name.
 *     Default false; RFC 9525 forbids it, old private CAs need it
 * @param versions the TLS versions offered
 * @param revocationLists the CRLs; where there are any, every certificate of the upstream's chain
 *     below the trusted CA needs one of its issuer that is in force. Default: none, and revocation
 *     is not checked
 * @param clientIdentity what is shown to an upstream that asks for a client certificate. Default:
 *     nothing
 */
public record UpstreamTls(
    TrustAnchors trustAnchors,
    ServerNameSent serverName,
    List<String> acceptedNames,
    boolean commonNameFallback,
    TlsVersions versions,
    List<RevocationList> revocationLists,
    ClientIdentity clientIdentity) {
  public static final UpstreamTls DEFAULT = new UpstreamTls(
      new TrustAnchors.SystemStore(),
      new ServerNameSent.EndpointName(),
      List.of(),
      false,
      TlsVersions.MODERN);

  public UpstreamTls {
    acceptedNames = List.copyOf(acceptedNames);
    revocationLists = List.copyOf(revocationLists);
  }

  /** Without CRLs and client identity. */
  public UpstreamTls(
      TrustAnchors trustAnchors,
      ServerNameSent serverName,
      List<String> acceptedNames,
      boolean commonNameFallback,
      TlsVersions versions) {
    this(
        trustAnchors,
        serverName,
        acceptedNames,
        commonNameFallback,
        versions,
        List.of(),
        ClientIdentity.NONE);
  }

  /** Where the server name that is sent to the upstream comes from. */
  public sealed interface ServerNameSent {

    /** The endpoint's DNS name; for an IP address no server name is sent. */
    record EndpointName() implements ServerNameSent {}

    /** The host of the request that is forwarded. */
    record RequestHost() implements ServerNameSent {}

    /** Always this name, in lower case. */
    record Fixed(String name) implements ServerNameSent {}
  }
}
