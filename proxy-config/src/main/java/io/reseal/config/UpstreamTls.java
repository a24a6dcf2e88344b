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
 */
public record UpstreamTls(
    TrustAnchors trustAnchors,
    ServerNameSent serverName,
    List<String> acceptedNames,
    boolean commonNameFallback,
    TlsVersions versions) {
  public static final UpstreamTls DEFAULT = new UpstreamTls(
      new TrustAnchors.SystemStore(),
      new ServerNameSent.EndpointName(),
      List.of(),
      false,
      TlsVersions.MODERN);

  public UpstreamTls {
    acceptedNames = List.copyOf(acceptedNames);
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
