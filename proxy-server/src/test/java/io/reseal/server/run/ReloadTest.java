package io.reseal.server.run;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reseal.config.read.ConfigResult;
import io.reseal.server.admin.Reload;
import io.reseal.server.kit.Program;
import io.reseal.server.kit.Scrape;
import io.reseal.server.kit.Watched;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.ProxySetup;
import io.reseal.testkit.RawClient;
import io.reseal.testkit.RecordingOrigin;
import io.reseal.testkit.Reply;
import io.reseal.testkit.TestPki;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A running proxy takes up what its files say, however they change, and never what is wrong. */
final class ReloadTest {
  private static final String GET = "GET /%s HTTP/1.1\r\nHost: %s\r\n\r\n";
  private static final String REDIRECT = """
        - host: moved.test
          redirect: { scheme: https, host: a.test }
      """;

  @TempDir
  private Path folder = Path.of("");

  private RecordingOrigin origin = origin();

  private static RecordingOrigin origin() {
    try {
      return RecordingOrigin.tls(ProxySetup.originIdentity()).start();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void writeConfiguration() throws IOException {
    identity().write(folder, "front");
    Files.writeString(
        folder.resolve("destination-ca.pem"), TestPki.pem(Certificates.DESTINATION.certificate()));
    Files.writeString(yaml(), text());
  }

  @AfterEach
  void stop() {
    origin.close();
  }

  private static TestPki.Issued identity() {
    return TestPki.server("a.test", "moved.test", "other.test", "new.test")
        .issuer(Certificates.FRONT.authority())
        .issue();
  }

  private Path yaml() {
    return folder.resolve("reseal.yaml");
  }

  /** The list of routes comes last, so that half of the file is a configuration too. */
  private String text() {
    return """
      listeners:
        - name: web
          address: 127.0.0.1:0
          tls: {}
      identities:
        front: { certificate: front.crt, key: front.key }
      upstreams:
        origin:
          endpoints: ["%s"]
          tls: { destinationCA: destination-ca.pem }
      admin: { address: "127.0.0.1:0", statusAddress: off }
      routes:
        - host: a.test
          reencrypt: origin
      """.formatted(origin.endpoint());
  }

  private ProxyProcess start() throws Exception {
    ConfigSource source = ConfigSource.file(yaml());
    ConfigSource.Reading first = source.read();
    assertThat(first.result()).isInstanceOf(ConfigResult.Valid.class);
    return ProxyProcess.start(source, first, new Termination(), /* watched= */ true);
  }

  private static void until(Callable<Boolean> condition) {
    await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .atMost(Duration.ofSeconds(20))
        .until(condition);
  }

  private static RawClient client(InetSocketAddress address) throws IOException {
    return RawClient.Hello.of(Certificates.FRONT.certificate(), "a.test").connect(address);
  }

  private static InetSocketAddress web(ProxyProcess proxy) {
    return Objects.requireNonNull(proxy.addresses().get("web")).getFirst();
  }

  private static X509Certificate shown(ProxyProcess proxy) throws IOException {
    try (RawClient client = client(web(proxy))) {
      return client.certificate();
    }
  }

  private static int status(ProxyProcess proxy, String host) throws IOException {
    try (RawClient client =
        RawClient.Hello.of(Certificates.FRONT.certificate(), host).connect(web(proxy))) {
      return client.exchange(GET.formatted("x", host)).status();
    }
  }

  private static Scrape scrape(ProxyProcess proxy) throws IOException {
    return Scrape.of(
        Watched.ask(proxy.admin().orElseThrow(), "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
            .bodyText());
  }

  @Test
  void takesUpCertificatesThatAreRenamedIntoPlace() throws Exception {
    try (ProxyProcess proxy = start();
        RawClient before = client(web(proxy))) {
      assertThat(before.exchange(GET.formatted("x", "a.test")).status()).isEqualTo(200);
      TestPki.Issued renewed = identity();
      Path incoming = Files.createDirectory(folder.resolve("incoming"));
      renewed.write(incoming, "front");
      for (String file : new String[] {"front.key", "front.crt"}) {
        Files.move(
            incoming.resolve(file), folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
      }
      until(() -> shown(proxy).equals(renewed.certificate()));
      assertThat(before.exchange(GET.formatted("x", "a.test")).status()).isEqualTo(200);
      assertThat(scrape(proxy).sum("reseal_config_revision")).isEqualTo(2);
    }
  }

  /** Two hundred hosts whose certificates are renewed one after the other never come to rest. */
  @Test
  void takesUpACertificateWhileOtherFilesAreReplacedWithoutEnd() throws Exception {
    byte[] ca = Files.readAllBytes(folder.resolve("destination-ca.pem"));
    try (ProxyProcess proxy = start();
        ScheduledExecutorService renewing = Executors.newSingleThreadScheduledExecutor()) {
      renewing.scheduleAtFixedRate(() -> replace("destination-ca.pem", ca), 0, 100, MILLISECONDS);
      TestPki.Issued next = identity();
      next.write(folder, "next");
      replace("front.key", Files.readAllBytes(folder.resolve("next.key")));
      replace("front.crt", Files.readAllBytes(folder.resolve("next.crt")));
      until(() -> shown(proxy).equals(next.certificate()));
      renewing.shutdownNow();
    }
  }

  private void replace(String name, byte[] content) {
    try {
      Path whole = Files.write(Files.createTempFile(folder, name, ""), content);
      Files.move(
          whole,
          folder.resolve(name),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException failed) {
      throw new AssertionError(failed);
    }
  }

  @Test
  void takesUpTheSwapOfALinkedFolder() throws Exception {
    // As Kubernetes mounts secrets: the files are links into a folder that is a link itself.
    Path old = Files.createDirectory(folder.resolve("..1"));
    for (String file : new String[] {"front.key", "front.crt"}) {
      Files.move(folder.resolve(file), old.resolve(file));
      Files.createSymbolicLink(folder.resolve(file), Path.of("..data", file));
    }
    Files.createSymbolicLink(folder.resolve("..data"), Path.of("..1"));
    try (ProxyProcess proxy = start()) {
      TestPki.Issued renewed = identity();
      renewed.write(Files.createDirectory(folder.resolve("..2")), "front");
      Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of("..2"));
      Files.move(
          folder.resolve("..data_tmp"), folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
      until(() -> shown(proxy).equals(renewed.certificate()));
    }
  }

  @Test
  void takesUpWhatChangesBetweenTheFirstReadingAndTheStart() throws Exception {
    ConfigSource source = ConfigSource.file(yaml());
    ConfigSource.Reading first = source.read();
    Files.writeString(yaml(), text() + REDIRECT);
    try (ProxyProcess proxy =
        ProxyProcess.start(source, first, new Termination(), /* watched= */ true)) {
      until(() -> status(proxy, "moved.test") == 308);
    }
  }

  @Test
  void tellsEverywhereWhatNobodyExpected() throws Exception {
    AtomicBoolean broken = new AtomicBoolean();
    ConfigSource file = ConfigSource.file(yaml());
    ConfigSource source = () -> {
      if (broken.get()) {
        throw new IllegalStateException("lost its way");
      }
      return file.read();
    };
    try (ProxyProcess proxy =
        ProxyProcess.start(source, source.read(), new Termination(), /* watched= */ true)) {
      broken.set(true);
      Files.writeString(yaml(), text() + REDIRECT);
      until(() -> scrape(proxy).sum("reseal_config_last_reload_successful") == 0);
      Reply refused = Watched.ask(
          proxy.admin().orElseThrow(),
          "POST /reload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
      assertThat(refused.status()).isEqualTo(422);
      assertThat(refused.bodyText()).contains("lost its way");
      assertThat(Watched.ask(
                  proxy.admin().orElseThrow(),
                  "GET /status.json HTTP/1.1\r\nHost: localhost\r\n\r\n")
              .bodyText())
          .contains("lost its way");
      broken.set(false);
      Files.writeString(yaml(), "# tried again\n" + text() + REDIRECT);
      until(() -> status(proxy, "moved.test") == 308);
    }
  }

  @Test
  void neverTakesUpHalfAFile() throws Exception {
    Files.writeString(yaml(), text() + REDIRECT);
    try (ProxyProcess proxy = start()) {
      assertThat(status(proxy, "moved.test")).isEqualTo(308);
      try (OutputStream writer = Files.newOutputStream(yaml())) {
        writer.write(text().getBytes(StandardCharsets.UTF_8));
        writer.flush();
        // Half of it stands there, and is a configuration: for as long as two polls take, and more.
        Instant end = Instant.now().plusMillis(1_200);
        while (Instant.now().isBefore(end)) {
          assertThat(status(proxy, "moved.test")).isEqualTo(308);
        }
        writer.write(REDIRECT.replace("moved.test", "new.test").getBytes(StandardCharsets.UTF_8));
      }
      until(() -> scrape(proxy).sum("reseal_config_revision") == 2);
      assertThat(status(proxy, "moved.test")).isEqualTo(404);
    }
  }

  @Test
  void knowsWhoWritesAFile() throws Exception {
    assertThat(OpenForWriting.isKnown(yaml())).isFalse();
    try (OutputStream writer = Files.newOutputStream(yaml())) {
      assertThat(OpenForWriting.isKnown(yaml())).isTrue();
      writer.write(text().getBytes(StandardCharsets.UTF_8));
    }
    assertThat(OpenForWriting.isKnown(yaml())).isFalse();
    assertThat(OpenForWriting.isKnown(folder.resolve("missing"))).isFalse();
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    assertThat(OpenForWriting.isKnown(pipe)).isFalse();
  }

  @Test
  void survivesTheDeletionOfAFileAndTakesUpItsSuccessor() throws Exception {
    try (ProxyProcess proxy = start()) {
      X509Certificate before = shown(proxy);
      Files.delete(folder.resolve("front.crt"));
      until(() -> scrape(proxy).sum("reseal_config_last_reload_successful") == 0);
      assertThat(shown(proxy)).isEqualTo(before);
      TestPki.Issued renewed = identity();
      renewed.write(folder, "front");
      until(() -> shown(proxy).equals(renewed.certificate()));
      assertThat(scrape(proxy).sum("reseal_config_last_reload_successful")).isEqualTo(1);
    }
  }

  @Test
  void noticesAChangeThatKeepsSizeAndTime() throws Exception {
    Files.writeString(yaml(), text() + REDIRECT);
    FileTime time = Files.getLastModifiedTime(yaml());
    try (ProxyProcess proxy = start()) {
      assertThat(status(proxy, "moved.test")).isEqualTo(308);
      Files.writeString(yaml(), text() + REDIRECT.replace("moved.test", "other.test"));
      Files.setLastModifiedTime(yaml(), time);
      until(() -> status(proxy, "moved.test") == 404);
    }
  }

  @Test
  void servesOnWithTheLastGoodOneAndTellsEveryMistake() throws Exception {
    try (ProxyProcess proxy = start()) {
      Files.writeString(
          yaml(), text().replace("reencrypt: origin", "reencrypt: orign").replace("tls:", "tlss:"));
      Reload refused = proxy.reload();
      assertThat(refused.outcome()).isEqualTo(Reload.Outcome.REFUSED);
      assertThat(refused.revision()).isEqualTo(1);
      assertThat(refused.problems().toString()).contains("orign").contains("tlss");
      assertThat(status(proxy, "a.test")).isEqualTo(200);
      String status = Watched.ask(
              proxy.admin().orElseThrow(),
              "POST /reload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
          .bodyText();
      assertThat(status).contains("refused").contains("reseal.yaml:").contains("orign");
      assertThat(scrape(proxy).sum("reseal_config_reloads_total", "outcome=\"refused\""))
          .isGreaterThanOrEqualTo(2);

      Files.writeString(yaml(), text());
      until(() -> scrape(proxy).sum("reseal_config_last_reload_successful") == 1);
      assertThat(scrape(proxy).sum("reseal_config_revision")).isEqualTo(1);
    }
  }

  @Test
  void changesNothingForTheSameConfiguration() throws Exception {
    try (ProxyProcess proxy = start();
        RawClient client = client(web(proxy))) {
      assertThat(client.exchange(GET.formatted("x", "a.test")).status()).isEqualTo(200);
      Files.writeString(yaml(), "# a comment\n" + text());
      assertThat(proxy.reload().outcome()).isEqualTo(Reload.Outcome.UNCHANGED);
      assertThat(client.exchange(GET.formatted("x", "a.test")).status()).isEqualTo(200);
      assertThat(origin.connections()).hasSize(1);
    }
  }

  @Test
  void takesUpEverythingButWhatNeedsARestart() throws Exception {
    try (ProxyProcess proxy = start()) {
      Files.writeString(yaml(), text() + REDIRECT + "runtime: { eventLoops: 3 }\n");
      Reload applied = proxy.reload();
      assertThat(applied.outcome()).isNotEqualTo(Reload.Outcome.REFUSED);
      assertThat(applied.problems().toString()).contains("runtime").contains("next start");
      assertThat(status(proxy, "moved.test")).isEqualTo(308);
    }
  }

  @Test
  void keepsServingAnExpiredCertificateLoudly() throws Exception {
    try (ProxyProcess proxy = start()) {
      TestPki.server("a.test")
          .issuer(Certificates.FRONT.authority())
          .validFrom(Instant.parse("2020-01-01T00:00:00Z"))
          .validUntil(Instant.parse("2021-01-01T00:00:00Z"))
          .issue()
          .write(folder, "front");
      Reload applied = proxy.reload();
      assertThat(applied.outcome()).isNotEqualTo(Reload.Outcome.REFUSED);
      assertThat(applied.problems().toString()).contains("expired");
      until(() ->
          scrape(proxy).sum("reseal_certificate_not_after_timestamp_seconds", "kind=\"identity\"")
              == Instant.parse("2021-01-01T00:00:00Z").getEpochSecond());
    }
  }

  @Test
  void reloadsOnSighupAndByCommand() throws Exception {
    try (Program program = Program.start("run", "-c", yaml().toString(), "--no-watch")) {
      InetSocketAddress address =
          new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), program.port("web"));
      InetSocketAddress admin = program.adminAddress("admin");
      String port = admin.getAddress().getHostAddress() + ":" + admin.getPort();
      Files.writeString(yaml(), text() + REDIRECT);
      program.signal("HUP");
      program.awaitLine("configuration applied \\(SIGHUP\\): revision 2");

      Files.writeString(yaml(), text());
      try (Program reload = Program.start("reload", "--admin", port)) {
        assertThat(reload.awaitExit()).as(reload.output()).isZero();
        assertThat(reload.output()).contains("configuration applied, revision 3 serves");
      }
      Files.writeString(yaml(), text().replace("front.crt", "missing.crt"));
      try (Program reload = Program.start("reload", "--admin", port)) {
        assertThat(reload.awaitExit()).isEqualTo(1);
        assertThat(reload.output()).contains("revision 3 serves on").contains("missing.crt");
      }
      try (RawClient client = client(address)) {
        Reply reply = client.exchange(GET.formatted("x", "a.test"));
        assertThat(reply.status()).isEqualTo(200);
      }
    }
    try (Program reload = Program.start("reload", "--admin", "127.0.0.1:1")) {
      assertThat(reload.awaitExit()).isEqualTo(2);
      assertThat(reload.output()).contains("no proxy answers on 127.0.0.1:1");
    }
  }

  @Test
  void saysThatSighupIsIgnored() throws Exception {
    try (Program program = Program.startWithoutHangup("run", "-c", yaml().toString())) {
      program.awaitLine("SIGHUP is ignored.*reseal reload");
      program.port("web");
    }
  }

  @Test
  void tellsAWarningOnce() throws Exception {
    String warned =
        text().replace("upstreams:\n", "upstreams:\n  unused: { endpoints: [\"127.0.0.1:9\"] }\n");
    Files.writeString(yaml(), warned);
    try (Program program = Program.start("run", "-c", yaml().toString(), "--no-watch")) {
      program.awaitLine("no route uses upstream \"unused\"");
      program.port("web");
      Files.writeString(yaml(), warned + REDIRECT);
      program.signal("HUP");
      // The other one is that everybody may read the test's key.
      program.awaitLine("warnings that stand as before: 2");
      Files.writeString(yaml(), (warned + REDIRECT).replace("unused", "spare"));
      program.signal("HUP");
      program.awaitLine("no route uses upstream \"spare\"");
      assertThat(program.output().split("no route uses upstream \"unused\"", -1))
          .hasSize(2);
    }
  }
}
