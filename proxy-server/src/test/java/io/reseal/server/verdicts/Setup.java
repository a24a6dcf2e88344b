package io.reseal.server.verdicts;

import io.reseal.testkit.TestPki;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An upstream, and the part of the proxy's configuration that is about it.
 *
 * @param action the route's, as in {@code reencrypt}
 * @param destinationCa PEM; empty for no such key
 * @param tls further lines under the upstream's {@code tls}
 * @param timeouts lines under {@code timeouts}
 * @param bothVersions whether the proxy offers TLS 1.2 and 1.3, not only the row's version
 */
record Setup(
    Peer.Maker peer,
    String action,
    String destinationCa,
    List<String> tls,
    List<String> timeouts,
    boolean bothVersions) {
  static final String SERVER_NAME = "serverName: upstream.test";

  /** Re-encrypts to {@code upstream.test}, trusting this CA. */
  static Setup of(Peer.Maker peer, TestPki.Issued ca) {
    return new Setup(
        peer, "reencrypt", TestPki.pem(ca.certificate()), List.of(SERVER_NAME), List.of(), false);
  }

  Setup with(Peer.Maker other) {
    return new Setup(other, action, destinationCa, tls, timeouts, bothVersions);
  }

  Setup trusting(TestPki.Issued... authorities) {
    Object[] certificates =
        Arrays.stream(authorities).map(TestPki.Issued::certificate).toArray();
    return new Setup(peer, action, TestPki.pem(certificates), tls, timeouts, bothVersions);
  }

  /** With these lines in place of the server name. */
  Setup withTls(String... lines) {
    return new Setup(peer, action, destinationCa, List.of(lines), timeouts, bothVersions);
  }

  Setup offload() {
    return new Setup(peer, "offload", "", List.of(), timeouts, bothVersions);
  }

  Setup timeouts(String... lines) {
    return new Setup(peer, action, destinationCa, tls, List.of(lines), bothVersions);
  }

  Setup withBothVersions() {
    return new Setup(peer, action, destinationCa, tls, timeouts, true);
  }

  boolean isCleartext() {
    return action.equals("offload");
  }

  /** The configuration as a user would write it. */
  String yaml(int port, String version) {
    return """
        listeners:
          - {name: https, address: "127.0.0.1:0", tls: {}}
        identities:
          front: {certificate: front.crt, key: front.key}
        routes:
          - {name: shop, host: a.test, ACTION: origin}
        admin: {address: "127.0.0.1:0", statusAddress: off}
        runtime: {eventLoops: 1}
        upstreams:
          origin:
            endpoints: "127.0.0.1:PORT"
        """.replace("ACTION", action).replace("PORT", Integer.toString(port))
        + tlsBlock(version)
        + block("timeouts:", timeouts, "  ");
  }

  private String tlsBlock(String version) {
    if (isCleartext()) {
      return "";
    }
    String ca = destinationCa.isEmpty() ? "" : "      destinationCA: |\n" + destinationCa.indent(8);
    String versions = bothVersions ? "" : "      versions: [" + version + "]\n";
    return "    tls:\n" + ca + versions + block("", tls, "      ");
  }

  private static String block(String key, List<String> lines, String indent) {
    if (lines.isEmpty()) {
      return "";
    }
    String start = key.isEmpty() ? "" : key + "\n";
    return start + lines.stream().map(line -> indent + line + "\n").collect(Collectors.joining());
  }
}
