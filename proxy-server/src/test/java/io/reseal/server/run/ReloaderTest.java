package io.reseal.server.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.reseal.config.ProxyConfig;
import io.reseal.config.TracingSettings;
import io.reseal.config.TracingSettings.Export.Otlp;
import io.reseal.config.TracingSettings.RequestId;
import io.reseal.config.TracingSettings.Traceparent;
import io.reseal.config.TrustAnchors;
import io.reseal.config.read.ConfigResult;
import io.reseal.server.admin.Reload;
import io.reseal.server.admin.Reload.Outcome;
import io.reseal.server.kit.Watched;
import io.reseal.testkit.Certificates;
import io.reseal.testkit.TestPki;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What is read while somebody writes, and what comes of it. The waits are where the test writes. */
final class ReloaderTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger("reseal.config");
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final AtomicInteger readings = new AtomicInteger();
  private final AtomicInteger pauses = new AtomicInteger();

  @TempDir
  private Path folder = Path.of("");

  @BeforeEach
  void start() throws IOException {
    Reloading.write(folder);
    log.start();
    logger.addAppender(log);
  }

  @AfterEach
  void leave() {
    logger.detachAppender(log);
  }

  private Path yaml() {
    return folder.resolve("reseal.yaml");
  }

  /** A source that does something after each reading, whose number it gets: 1 is that of the start. */
  private ConfigSource source(Step afterReading) {
    ConfigSource file = ConfigSource.file(yaml());
    return () -> {
      ConfigSource.Reading reading = file.read();
      afterReading.accept(readings.incrementAndGet());
      return reading;
    };
  }

  /** No wait at all, but something done in it; it gets the number of the wait. */
  private QuietTime.Pause pause(Step duringPause) {
    return ignored -> duringPause.accept(pauses.incrementAndGet());
  }

  private Reloading start(Step afterReading, Step duringPause) throws Exception {
    return new Reloading(source(afterReading), pause(duringPause));
  }

  private static void append(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.APPEND);
  }

  private static int trusted(Reloading proxy) {
    return ((TrustAnchors.DestinationCa)
            proxy.dataPlane.config().upstreams().getFirst().tls().trustAnchors())
        .certificates()
        .size();
  }

  private long refusalsLogged() {
    return log.list.stream()
        .filter(each -> each.getFormattedMessage().startsWith("configuration refused"))
        .count();
  }

  @Test
  void waitsForAFileThatIsNamedForTheFirstTime() throws Exception {
    String ca = TestPki.pem(Certificates.DESTINATION.certificate());
    String other = TestPki.pem(Certificates.FRONT.certificate());
    Path bundle = Files.writeString(folder.resolve("ca2.pem"), ca);
    AtomicBoolean written = new AtomicBoolean();
    Step write = number -> {
      // Its first part has been read.
      if (readings.get() == 2 && !written.getAndSet(true)) {
        append(bundle, other);
      }
    };
    try (Reloading proxy = start(Step.NOTHING, write)) {
      Files.writeString(yaml(), Files.readString(yaml()).replace("ca.pem", "ca2.pem"));
      Reload applied = proxy.reload();
      assertThat(applied.outcome()).isEqualTo(Outcome.APPLIED);
      assertThat(applied.revision()).isEqualTo(2);
      assertThat(trusted(proxy)).isEqualTo(2);
      assertThat(readings).hasValue(3);
    }
  }

  @Test
  void readsAgainWhatChangesWhileItIsRead() throws Exception {
    Step write = number -> {
      if (number == 2) {
        append(yaml(), Reloading.MORE);
      }
    };
    try (Reloading proxy = start(write, Step.NOTHING)) {
      assertThat(proxy.reload().outcome()).isEqualTo(Outcome.APPLIED);
      assertThat(proxy.routes()).isEqualTo(2);
    }
  }

  @Test
  void waitsForQuietAfterEachChange() throws Exception {
    Step write = number -> {
      if (number <= 3) {
        append(yaml(), Reloading.MORE.replace("more", "more" + number));
      }
    };
    try (Reloading proxy = start(Step.NOTHING, write)) {
      append(yaml(), Reloading.MORE);
      assertThat(proxy.reload().outcome()).isEqualTo(Outcome.APPLIED);
      assertThat(proxy.routes()).isEqualTo(5);
      assertThat(readings).hasValue(2);
      assertThat(pauses).hasValue(4);
    }
  }

  @Test
  void refusesWhatIsWrittenWithoutEndAndSaysSoOnce() throws Exception {
    AtomicBoolean writing = new AtomicBoolean(true);
    Step write = number -> {
      if (writing.get()) {
        append(yaml(), "# more\n");
      }
    };
    try (Reloading proxy = start(Step.NOTHING, write)) {
      append(yaml(), Reloading.MORE);
      Reload refused = proxy.reload();
      assertThat(refused.outcome()).isEqualTo(Outcome.REFUSED);
      assertThat(refused.problems().toString()).contains(yaml() + ": the file changes again");
      assertThat(proxy.oversight.latestReload()).isEqualTo(refused);
      assertThat(proxy.reload().outcome()).isEqualTo(Outcome.REFUSED);
      assertThat(refusalsLogged()).isEqualTo(1);
      assertThat(readings).hasValue(1);
      assertThat(proxy.routes()).isEqualTo(1);
      assertThat(proxy.reloader.isUpToDate()).isFalse();
      writing.set(false);
      assertThat(proxy.reload().outcome()).isEqualTo(Outcome.APPLIED);
      assertThat(proxy.routes()).isEqualTo(2);
    }
  }

  @Test
  void refusesWhatChangesInEachReading() throws Exception {
    Step write = number -> {
      if (number > 1) {
        append(yaml(), "# more\n");
      }
    };
    try (Reloading proxy = start(write, Step.NOTHING)) {
      assertThat(proxy.reload().problems().toString()).contains("the file changes again");
      assertThat(proxy.reloader.isUpToDate()).isFalse();
    }
  }

  @Test
  void takesUpWhatIsHeldOpenAndNotWrittenForLong() throws Exception {
    try (Reloading proxy = start(Step.NOTHING, Step.NOTHING)) {
      append(yaml(), Reloading.MORE);
      try (OutputStream holder = Files.newOutputStream(yaml(), StandardOpenOption.APPEND)) {
        assumeTrue(OpenForWriting.isKnown(yaml()), "no leases here");
        assertThat(proxy.reload().outcome()).isEqualTo(Outcome.APPLIED);
        assertThat(pauses).hasValue(40);
        assertThat(log.list)
            .anyMatch(
                each -> each.getFormattedMessage().contains("reseal.yaml is open for writing"));
        holder.write("# the end\n".getBytes(StandardCharsets.UTF_8));
      }
      assertThat(proxy.reload().outcome()).isEqualTo(Outcome.UNCHANGED);
      assertThat(pauses).hasValue(41);
    }
  }

  /** The source knows of no files, so that only the order of readings can tell old from new. */
  @Test
  void takesUpNoReadingAfterANewerOne() throws Exception {
    CountDownLatch hasRead = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    ConfigSource source = source(number -> {
      if (number == 2) {
        hasRead.countDown();
        assertThat(goOn.await(20, TimeUnit.SECONDS)).isTrue();
      }
    });
    ConfigSource withoutFiles = () -> new ConfigSource.Reading(source.read().result(), Map.of());
    try (Reloading proxy = new Reloading(withoutFiles, pause(Step.NOTHING))) {
      append(yaml(), Reloading.MORE);
      Thread older = Thread.ofPlatform().start(proxy::reload);
      assertThat(hasRead.await(20, TimeUnit.SECONDS)).isTrue();
      append(yaml(), Reloading.MORE.replace("more", "newer"));
      Thread newer = Thread.ofPlatform().start(proxy::reload);
      await()
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(10))
          .until(() -> !newer.isAlive() || newer.getState() == Thread.State.TIMED_WAITING);
      goOn.countDown();
      older.join();
      newer.join();
      assertThat(proxy.routes()).isEqualTo(3);
    }
  }

  @Test
  void saysWhatServesWhenTheChangeBreaksOffAfterwards() throws Exception {
    AtomicBoolean broken = new AtomicBoolean();
    ConfigSource file = ConfigSource.file(yaml());
    ConfigSource source = () -> {
      ConfigSource.Reading reading = file.read();
      ConfigResult.Valid valid = (ConfigResult.Valid) reading.result();
      // The reader would have refused this.
      ProxyConfig config =
          broken.get() ? tracing(valid.config(), URI.create("ftp://a.test")) : valid.config();
      return new ConfigSource.Reading(
          new ConfigResult.Valid(config, valid.warnings(), valid.places()), reading.files());
    };
    try (Reloading proxy = new Reloading(source, pause(Step.NOTHING))) {
      broken.set(true);
      append(yaml(), Reloading.MORE);
      Reload refused = proxy.reload();
      assertThat(refused.outcome()).isEqualTo(Outcome.REFUSED);
      assertThat(refused.problems().toString()).contains("the change serves, but");
      assertThat(proxy.oversight.latestReload()).isEqualTo(refused);
      assertThat(proxy.routes()).isEqualTo(2);
      assertThat(refused.revision()).isEqualTo(2);
      assertThat(Watched.ask(
                  proxy.oversight.admin().orElseThrow(),
                  "GET /config HTTP/1.1\r\nHost: localhost\r\n\r\n")
              .bodyText())
          .contains("more.test");
      assertThat(log.list).anyMatch(each -> each.getThrowableProxy() != null);
      // Not the same as what serves.
      assertThat(proxy.reload().outcome()).isEqualTo(Outcome.REFUSED);
      broken.set(false);
      assertThat(proxy.reload().outcome()).isEqualTo(Outcome.APPLIED);
      assertThat(proxy.reload().outcome()).isEqualTo(Outcome.UNCHANGED);
    }
  }

  private static ProxyConfig tracing(ProxyConfig config, URI endpoint) {
    return new ProxyConfig(
        config.listeners(),
        config.identities(),
        config.routes(),
        config.upstreams(),
        config.limits(),
        config.timeouts(),
        config.requests(),
        config.runtime(),
        config.diagnostics(),
        config.admin(),
        config.accessLog(),
        new TracingSettings(RequestId.PASS, Traceparent.PASS, new Otlp(endpoint), 1, 16));
  }

  @Test
  void refusesAReadingThatBreaksOffAndReadsAgainWhenAFileChanges() throws Exception {
    AtomicBoolean broken = new AtomicBoolean();
    Step step = number -> {
      if (broken.get()) {
        throw new IllegalStateException("lost its way");
      }
    };
    try (Reloading proxy = start(step, Step.NOTHING)) {
      broken.set(true);
      append(yaml(), Reloading.MORE);
      Reload refused = proxy.reload();
      assertThat(refused.outcome()).isEqualTo(Outcome.REFUSED);
      assertThat(refused.problems().toString()).contains("lost its way");
      assertThat(proxy.oversight.latestReload()).isEqualTo(refused);
      assertThat(log.list).anyMatch(each -> each.getThrowableProxy() != null);
      assertThat(proxy.reloader.isUpToDate()).isTrue();
      append(yaml(), "# changed\n");
      assertThat(proxy.reloader.isUpToDate()).isFalse();
      broken.set(false);
      assertThat(proxy.reload().outcome()).isEqualTo(Outcome.APPLIED);
    }
  }

  @Test
  void refusesAtOnceDuringAHandover() throws Exception {
    try (Reloading proxy = start(Step.NOTHING, Step.NOTHING)) {
      append(yaml(), Reloading.MORE);
      proxy.reloader.unchanged(() -> {
        Reload refused = proxy.reload();
        assertThat(refused.outcome()).isEqualTo(Outcome.REFUSED);
        assertThat(refused.problems().toString()).contains("a handover to another process");
      });
      // Nothing was read, so that nothing was refused.
      assertThat(proxy.oversight.latestReload().outcome()).isEqualTo(Outcome.LOADED);
      assertThat(proxy.reload().outcome()).isEqualTo(Outcome.APPLIED);
    }
  }

  /** Something that a test does at a certain time. */
  private interface Step {
    Step NOTHING = number -> {};

    void run(int number) throws IOException, InterruptedException;

    default void accept(int number) {
      try {
        run(number);
      } catch (IOException failed) {
        throw new UncheckedIOException(failed);
      } catch (InterruptedException ended) {
        throw new AssertionError(ended);
      }
    }
  }
}
