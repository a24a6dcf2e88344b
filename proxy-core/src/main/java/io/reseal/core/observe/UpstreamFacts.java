package io.reseal.core.observe;

/**
 * What is known of a connection to an upstream, the same for everything that goes over it.
 *
 * @param endpoint the endpoint as configured, {@code host:port}
 * @param address the address connected to, {@code ip:port}
 * @param tls the upstream's leg
 * @param verified whether the upstream's certificate was verified
 */
public record UpstreamFacts(String endpoint, String address, TlsLeg tls, boolean verified) {
  /** Where no connection was made. */
  public static final UpstreamFacts NONE = new UpstreamFacts("", "", TlsLeg.NONE, false);
}
