package io.reseal.server.demo;

import static java.util.stream.Collectors.joining;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;

/** The configuration of the demonstration, as a user would write it. */
final class DemoConfig {
  private DemoConfig() {}

  static String yaml(InetAddress address, Ports ports, Upstreams upstreams) {
    return yaml(NetUtil.toAddressString(address), ports, upstreams)
        + (address.isLoopbackAddress() ? "" : forOthers());
  }

  /** What those need who come from another machine, or from outside of a container. */
  private static String forOthers() {
    return """

        # Whoever comes from a network of this host is told why something failed.
        diagnostics:
          trustedNetworks: [%s]
        """.formatted(
            networks().stream().map(network -> '"' + network + '"').collect(joining(", ")));
  }

  private static List<String> networks() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(each -> each.getInterfaceAddresses().stream())
          .map(DemoConfig::network)
          .distinct()
          .sorted()
          .toList();
    } catch (SocketException unknown) {
      return List.of("127.0.0.0/8");
    }
  }

  private static String network(InterfaceAddress own) {
    byte[] bits = own.getAddress().getAddress();
    int prefix = own.getNetworkPrefixLength();
    for (int i = 0; i < bits.length; i++) {
      int kept = Math.clamp(prefix - 8L * i, 0, 8);
      bits[i] &= (byte) (0xff << (8 - kept));
    }
    return NetUtil.bytesToIpAddress(bits) + "/" + prefix;
  }

  private static String yaml(String address, Ports ports, Upstreams upstreams) {
    return """
        # The configuration of this demonstration. Change it, then: reseal run -c reseal.yaml
        # (the upstreams live only as long as the demonstration).
        listeners:
          - name: https
            address: "%s"
            tls:
              identities: [front]
              defaultIdentity: front
          - name: http
            address: "%s"

        identities:
          front:
            certificate: front.pem

        routes:
          # TLS ends at Reseal, and a new, verified TLS connection goes to the upstream.
          - host: shop.demo.test
            listeners: [https]
            reencrypt: catalog
          - host: shop.demo.test
            listeners: [https]
            paths: [prefix: /cart]
            reencrypt: cart
          # The same, to an upstream whose certificate is wrong.
          - host: broken.demo.test
            listeners: [https]
            reencrypt: impostor
          # The client's TLS goes through untouched; the upstream's certificate is what it sees.
          - host: pass.demo.test
            listeners: [https]
            passthrough: cart
          # Cleartext to an upstream that knows no TLS.
          - host: legacy.demo.test
            listeners: [https]
            offload: legacy
          # Whoever comes without TLS is sent to it.
          - host: shop.demo.test
            listeners: [http]
            redirect: { scheme: https, port: %d }
          # The certificates of the demonstration's CAs.
          - host: "*"
            listeners: [http]
            paths: [exact: /front-ca.pem, exact: /destination-ca.pem]
            offload: legacy

        upstreams:
          catalog:
            endpoints: ["127.0.0.1:%d"]
            tls: { destinationCA: destination-ca.pem, serverName: catalog.internal }
          cart:
            endpoints: ["127.0.0.1:%d"]
            tls: { destinationCA: destination-ca.pem, serverName: cart.internal }
          impostor:
            endpoints: ["127.0.0.1:%d"]
            tls: { destinationCA: destination-ca.pem, serverName: catalog.internal }
          legacy:
            endpoints: ["127.0.0.1:%d"]

        # Health, metrics, and what went wrong.
        admin: { address: "%s", statusAddress: off }
        """.formatted(
            address + ":" + ports.https(),
            address + ":" + ports.http(),
            ports.https(),
            upstreams.catalog(),
            upstreams.cart(),
            upstreams.impostor(),
            upstreams.legacy(),
            address + ":" + ports.admin());
  }

  /** The ports of the demonstration itself. */
  record Ports(int https, int http, int admin) {}

  /** The ports of its upstreams. */
  record Upstreams(int catalog, int cart, int impostor, int legacy) {}
}
