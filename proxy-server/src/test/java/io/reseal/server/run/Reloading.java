package io.reseal.server.run;

import io.reseal.config.ProxyConfig;
import io.reseal.config.read.ConfigResult;
import io.reseal.core.DataPlane;
import io.reseal.core.StartException;
import io.reseal.core.listener.InheritedSockets;
import io.reseal.server.admin.AdminActions;
import io.reseal.server.admin.Reload;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.TestPki;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** A data plane and its oversight with a {@link Reloader}, without the rest of a process. */
final class Reloading implements AutoCloseable {
  /** A second route. */
  static final String MORE = "  - { host: more.test, redirect: { host: a.test } }\n";

  final DataPlane dataPlane;
  final Oversight oversight;
  final Reloader reloader;

  Reloading(ConfigSource source, QuietTime.Pause pause) throws StartException {
    ConfigSource.Reading first = source.read();
    ProxyConfig config = ((ConfigResult.Valid) first.result()).config();
    oversight =
        new Oversight(config, new LoggingObserver(), new NoActions(), InheritedSockets.none());
    dataPlane = DataPlane.start(config, oversight.observer());
    oversight.serving(dataPlane);
    reloader = new Reloader(source, first, dataPlane, oversight, pause);
  }

  /** Writes a configuration of one route, with its certificates, and returns its path. */
  static Path write(Path folder) throws IOException {
    writeIdentity(folder);
    Files.writeString(
        folder.resolve("ca.pem"), TestPki.pem(Certificates.DESTINATION.certificate()));
    return Files.writeString(folder.resolve("reseal.yaml"), """
        listeners: [{ name: web, address: "127.0.0.1:0", tls: {} }]
        identities:
          front: { certificate: front.crt, key: front.key }
        upstreams:
          origin: { endpoints: ["127.0.0.1:9"], tls: { destinationCA: ca.pem } }
        admin: { address: "127.0.0.1:0", statusAddress: off }
        routes:
          - { host: a.test, reencrypt: origin }
        """);
  }

  /** Writes another certificate and key into a folder. */
  static TestPki.Issued writeIdentity(Path folder) throws IOException {
    TestPki.Issued issued = TestPki.server(
            "a.test", "more.test", "newer.test", "more1.test", "more2.test", "more3.test")
        .issuer(Certificates.FRONT.authority())
        .issue();
    issued.write(folder, "front");
    return issued;
  }

  int routes() {
    return dataPlane.config().routes().size();
  }

  Reload reload() {
    return reloader.reload("test", Reloader.DuringHandover.REFUSE);
  }

  @Override
  public void close() {
    dataPlane.close();
    oversight.close();
  }

  /** Nobody asks. */
  private static final class NoActions implements AdminActions {
    @Override
    public void drain() {}

    @Override
    public Reload reload() {
      return Reload.atStart(Instant.EPOCH, List.of());
    }
  }
}
