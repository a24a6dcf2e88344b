package io.reseal.core.observe;

import io.reseal.core.failure.TlsVerdict;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a connection to an upstream, the same for everything that goes over it.
 *
 * @param endpoint the endpoint as configured, {@code host:port}
 * @param address the address connected to, {@code ip:port}
 * @param tls the upstream's leg
 * @param verified whether the upstream's certificate was verified
 * @param suspicion what the handshake let pass and the upstream may hold against requests; null for
 *     nothing
 * @param times when it came about
 */
public record UpstreamFacts(
    String endpoint,
    String address,
    TlsLeg tls,
    boolean verified,
    @Nullable TlsVerdict suspicion,
    ConnectTimes times) {
  /** Where no connection was made. */
  public static final UpstreamFacts NONE =
      new UpstreamFacts("", "", TlsLeg.NONE, false, null, ConnectTimes.NONE);
}
