package io.reseal.server.verdicts;

import io.reseal.testkit.Certificates;
import io.reseal.testkit.TestPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The clients' side of a configuration: a TLS listener with the identity {@code front}, and a
 * cleartext one.
 *
 * @param shown the certificates of the identity
 * @param listenerTls keys of the listener's {@code tls}
 * @param identity further keys of the identity
 * @param top further sections
 * @param bothVersions whether the listener offers TLS 1.2 and 1.3, not only the row's version
 */
record Door(
    List<TestPki.Issued> shown,
    List<String> listenerTls,
    List<String> identity,
    List<String> top,
    boolean bothVersions) {
  static final Door GOOD =
      of(TestPki.server("a.test").issuer(Certificates.FRONT.authority()).issue());

  static Door of(TestPki.Issued... shown) {
    return new Door(List.of(shown), List.of(), List.of(), List.of(), false);
  }

  Door withListenerTls(String... keys) {
    return new Door(shown, List.of(keys), identity, top, bothVersions);
  }

  Door withIdentity(String... keys) {
    return new Door(shown, listenerTls, List.of(keys), top, bothVersions);
  }

  Door with(String... sections) {
    return new Door(shown, listenerTls, identity, List.of(sections), bothVersions);
  }

  Door withBothVersions() {
    return new Door(shown, listenerTls, identity, top, true);
  }

  /** The configuration as a user would write it; writes the files that it names. */
  String yaml(Path folder, int port, String version) throws IOException {
    Files.writeString(
        folder.resolve("destination-ca.pem"), TestPki.pem(Certificates.DESTINATION.certificate()));
    StringBuilder pairs = new StringBuilder();
    for (int i = 0; i < shown.size(); i++) {
      shown.get(i).write(folder, "front" + i);
      pairs.append("      - {certificate: front%1$d.crt, key: front%1$d.key}\n".formatted(i));
    }
    String versions = bothVersions ? "TLSv1.2, TLSv1.3" : version;
    String tls = Stream.concat(Stream.of("versions: [" + versions + "]"), listenerTls.stream())
        .collect(Collectors.joining(", "));
    return """
        listeners:
          - {name: https, address: "127.0.0.1:0", tls: {TLS}}
          - {name: http, address: "127.0.0.1:0"}
        routes:
          - {name: shop, host: [a.test, b.test], reencrypt: origin}
        upstreams:
          origin: {endpoints: "127.0.0.1:PORT", tls: {destinationCA: destination-ca.pem}}
        admin: {address: "127.0.0.1:0", statusAddress: off}
        runtime: {eventLoops: 1}
        """.replace("TLS", tls).replace("PORT", Integer.toString(port))
        + identities(pairs)
        + lines("", top);
  }

  private String identities(StringBuilder pairs) {
    String start = "identities:\n  front:\n";
    String keys = shown.size() == 1
        ? "    certificate: front0.crt\n    key: front0.key\n"
        : "    keyPairs:\n" + pairs;
    return start + keys + lines("    ", identity);
  }

  private static String lines(String indent, List<String> lines) {
    return lines.stream().map(line -> indent + line + "\n").collect(Collectors.joining());
  }
}
