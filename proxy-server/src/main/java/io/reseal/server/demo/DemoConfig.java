package io.reseal.server.demo;

/** The configuration of the demonstration, as a user would write it. */
final class DemoConfig {
  private DemoConfig() {}

  static String yaml(int httpsPort, int httpPort, int adminPort, Ports upstreams) {
    return """
        # The configuration of this demonstration. Change it, then: reseal run -c reseal.yaml
        # (the upstreams live only as long as the demonstration).
        listeners:
          - name: https
            address: 127.0.0.1:%d
            tls:
              identities: [front]
              defaultIdentity: front
          - name: http
            address: 127.0.0.1:%d

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
        admin: { address: "127.0.0.1:%d", statusAddress: off }
        """.formatted(
            httpsPort,
            httpPort,
            httpsPort,
            upstreams.catalog(),
            upstreams.cart(),
            upstreams.impostor(),
            upstreams.legacy(),
            adminPort);
  }

  /** The ports of the upstreams. */
  record Ports(int catalog, int cart, int impostor, int legacy) {}
}
