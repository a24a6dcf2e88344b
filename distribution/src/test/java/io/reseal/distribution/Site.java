package io.reseal.distribution;

import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import io.reseal.testkit.TestPki;
import io.reseal.testkit.TestPki.Issued;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Objects;
import org.testcontainers.containers.BindMode;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.utility.DockerImageName;

/**
 * A network of containers as an operator has it: nginx with TLS by a private CA, and Reseal, locked
 * down and with little memory, in front of it.
 */
final class Site implements AutoCloseable {
  static final String HOST = "shop.test";
  static final long SMALL_BYTES = 128L << 20;

  private static final long ONE_CORE = 1_000_000_000;
  private static final int HTTPS = 8443;
  private static final String CONFIG = """
      listeners:
        - { name: https, address: "0.0.0.0:8443", tls: {} }
      identities:
        shop: { certificate: shop.crt, key: shop.key }
      routes:
        - { host: shop.test, reencrypt: shop }
      upstreams:
        shop:
          endpoints: ["upstream:8443"]
          tls: { destinationCA: ca.crt, serverName: upstream.test }
      # A busy machine takes its time for everything.
      timeouts: { handshake: 2m, keepAlive: 15m, connect: 2m, upstreamHandshake: 2m, upstreamIdle: 15m, resolve: 2m }
      admin: { address: "127.0.0.1:9901", statusAddress: "0.0.0.0:15021" }
      """;

  /** A page that takes its time, one that is made of the path, and one that takes any body. */
  private static final String NGINX = """
      daemon off;
      error_log /dev/stderr notice;
      pid /tmp/nginx.pid;
      events { worker_connections 4096; }
      http {
        access_log off;
        keepalive_requests 1000000;
        client_max_body_size 0;
        server {
          listen 8443 ssl;
          server_name upstream.test;
          ssl_certificate /site/upstream.crt;
          ssl_certificate_key /site/upstream.key;
          location / { return 200 "path $uri\\n"; }
          location /slow { root /site; limit_rate 20k; }
          location /upload { proxy_pass http://127.0.0.1:8080; }
        }
        server { listen 127.0.0.1:8080; location / { return 200 "length $content_length\\n"; } }
      }
      """;

  private final Network network = Network.newNetwork();
  private final GenericContainer<?> nginx;
  private final GenericContainer<?> reseal;
  private final Issued ca = TestPki.ca("Site CA");

  /** Starts both, Reseal with the least memory. The folder gets their files. */
  Site(Path folder) throws IOException {
    writeFiles(folder);
    nginx = container(Engine.BASE)
        .withNetworkAliases("upstream")
        .withFileSystemBind(folder.toString(), "/site", BindMode.READ_ONLY)
        .withCommand("nginx", "-c", "/site/nginx.conf")
        .waitingFor(Wait.forLogMessage(".*start worker process.*", 1));
    reseal = lockedDown(folder).waitingFor(Wait.forLogMessage(".*listener \"https\" on .*", 1));
    try {
      nginx.start();
      reseal.start();
    } catch (RuntimeException failed) {
      String log = reseal.isCreated() ? reseal.getLogs() : "";
      close();
      throw new IllegalStateException(log, failed);
    }
  }

  private GenericContainer<?> container(String image) {
    return new GenericContainer<>(DockerImageName.parse(image))
        .withImagePullPolicy(name -> false)
        .withNetwork(network);
  }

  /** Reseal with as few rights as it can have. */
  private GenericContainer<?> lockedDown(Path folder) {
    return container(Engine.IMAGE)
        .withFileSystemBind(folder.toString(), "/etc/reseal", BindMode.READ_ONLY)
        .withCreateContainerCmdModifier(
            command -> lockDown(Objects.requireNonNull(command.getHostConfig())));
  }

  private static void lockDown(HostConfig host) {
    host.withReadonlyRootfs(true)
        .withCapDrop(Capability.ALL)
        .withSecurityOpts(List.of("no-new-privileges"))
        .withMemory(SMALL_BYTES)
        .withMemorySwap(SMALL_BYTES)
        .withNanoCPUs(ONE_CORE);
  }

  private void writeFiles(Path folder) throws IOException {
    Issued shop = TestPki.server(HOST).issuer(ca).issue();
    Issued upstream = TestPki.server("upstream.test").issuer(ca).issue();
    Files.writeString(folder.resolve("ca.crt"), ca.chainPem());
    Files.writeString(folder.resolve("shop.crt"), shop.chainPem());
    Files.writeString(folder.resolve("shop.key"), shop.keyPem());
    Files.writeString(folder.resolve("upstream.crt"), upstream.chainPem());
    Files.writeString(folder.resolve("upstream.key"), upstream.keyPem());
    Files.writeString(folder.resolve("nginx.conf"), NGINX);
    Files.writeString(folder.resolve("reseal.yaml"), CONFIG);
    Files.writeString(folder.resolve("slow"), "x".repeat(60_000));
    // The user of the image is none of this machine.
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** A client of Reseal that trusts the site's CA. */
  Visitor visitor() throws IOException {
    return visitor(ca.certificate());
  }

  /** A client of Reseal that trusts another CA. */
  Visitor visitor(X509Certificate authority) throws IOException {
    return new Visitor(address(), HTTPS, HOST, authority);
  }

  GenericContainer<?> reseal() {
    return reseal;
  }

  /** Reseal's address on the containers' network. */
  String address() {
    return reseal.getContainerInfo().getNetworkSettings().getNetworks().values().stream()
        .map(each -> Objects.requireNonNull(each.getIpAddress()))
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() {
    reseal.stop();
    nginx.stop();
    network.close();
  }
}
