package io.reseal.server.verdicts;

import io.reseal.core.failure.TlsVerdict.Reason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What can be wrong with an upstream, and what mends it.
 *
 * @param name a clause
 * @param reason the verdict; null where nothing is wrong, however it looks
 * @param broken the upstream and the configuration with the fault
 * @param remedy what was done by the advice; empty where nothing is wrong
 * @param mended the same after that
 * @param versions the TLS versions that it is tried with
 */
record UpstreamFault(
    String name,
    @Nullable Reason reason,
    Setup broken,
    String remedy,
    Setup mended,
    List<String> versions) {
  static final List<String> BOTH = List.of("TLSv1.2", "TLSv1.3");

  static UpstreamFault of(String name, Reason reason, Setup broken, String remedy, Setup mended) {
    return new UpstreamFault(name, reason, broken, remedy, mended, BOTH);
  }

  /** What looks odd, and is right. */
  static UpstreamFault none(String name, Setup setup) {
    return new UpstreamFault(name, null, setup, "", setup, BOTH);
  }

  UpstreamFault only(String version) {
    return new UpstreamFault(name, reason, broken, remedy, mended, List.of(version));
  }

  String token() {
    return reason == null ? "accepted" : reason.token();
  }
}
