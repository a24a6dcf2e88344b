package io.reseal.server.run;

import ch.qos.logback.classic.LoggerContext;
import io.netty.util.NetUtil;
import io.reseal.config.ProxyConfig;
import io.reseal.config.TrustAnchors;
import io.reseal.config.Upstream;
import io.reseal.config.read.ConfigResult;
import io.reseal.core.DataPlane;
import io.reseal.core.StartException;
import io.reseal.core.listener.InheritedSockets;
import io.reseal.core.listener.ListeningSocket;
import io.reseal.server.admin.AdminActions;
import io.reseal.server.admin.Reload;
import io.reseal.server.handover.HandoverPoint;
import io.reseal.server.handover.Takeover;
import io.reseal.server.run.Reloader.DuringHandover;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A data plane with its log and its oversight, from the start to the exit. */
public final class ProxyProcess implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ProxyProcess.class);

  private final DataPlane dataPlane;
  private final Oversight oversight;
  private final Reloader reloader;
  private final Termination termination;
  private final ExpiryNotice expiry;
  private final @Nullable FileWatch watch;
  private final @Nullable HandoverPoint handover;
  private final CountDownLatch waitedEnough = new CountDownLatch(1);
  private volatile boolean handedOver;

  private ProxyProcess(
      DataPlane dataPlane,
      Oversight oversight,
      Reloader reloader,
      Termination termination,
      ExpiryNotice expiry,
      @Nullable FileWatch watch,
      @Nullable HandoverPoint handover) {
    this.dataPlane = dataPlane;
    this.oversight = oversight;
    this.reloader = reloader;
    this.termination = termination;
    this.expiry = expiry;
    this.watch = watch;
    this.handover = handover;
  }

  /**
   * Starts serving a configuration that never changes.
   *
   * @throws StartException with every reason; nothing stays bound
   */
  public static ProxyProcess start(ProxyConfig config) throws StartException {
    ConfigSource source = ConfigSource.fixed(config);
    return start(source, source.read(), new Termination(), /* watched= */ false);
  }

  /** Starts serving without a predecessor, as {@link #start} does. */
  public static ProxyProcess start(
      ConfigSource source, ConfigSource.Reading first, Termination termination, boolean watched)
      throws StartException {
    return start(
        source, first, termination, watched, /* handover= */ null, DataPlane.DEFAULT_GRACE);
  }

  /**
   * Starts serving, and logs what a reader of the log should know about it.
   *
   * @param first what was read of the source just now, without mistakes
   * @param termination asked to end by the admin port and by a successor, and to reload by SIGHUP
   * @param watched whether changes of the source's files are taken up by themselves
   * @param handover where a predecessor may listen, and this process for its successor; null for
   *     neither
   * @param grace how long a connection may still take that a change would not let in any more
   * @throws StartException with every reason; nothing stays bound, and a predecessor serves on
   */
  public static ProxyProcess start(
      ConfigSource source,
      ConfigSource.Reading first,
      Termination termination,
      boolean watched,
      @Nullable Path handover,
      Duration grace)
      throws StartException {
    if (handover == null) {
      return start(source, first, termination, watched, Takeover.none(), /* point= */ null, grace);
    }
    try (Takeover takeover = Takeover.at(handover, valid(first).config().runtime())) {
      HandoverPoint point = HandoverPoint.prepare(handover);
      try {
        return start(source, first, termination, watched, takeover, point, grace);
      } catch (StartException | RuntimeException failed) {
        point.close();
        throw failed;
      }
    }
  }

  private static ConfigResult.Valid valid(ConfigSource.Reading first) {
    if (first.result() instanceof ConfigResult.Valid valid) {
      return valid;
    }
    throw new IllegalArgumentException("a configuration with mistakes cannot be started");
  }

  private static ProxyProcess start(
      ConfigSource source,
      ConfigSource.Reading first,
      Termination termination,
      boolean watched,
      Takeover takeover,
      @Nullable HandoverPoint handover,
      Duration grace)
      throws StartException {
    ProxyConfig config = valid(first).config();
    // The Java runtime's provider would let clients renegotiate as often as they like.
    System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
    Actions actions = new Actions(termination);
    Oversight oversight = new Oversight(config, new LoggingObserver(), actions, takeover.sockets());
    DataPlane dataPlane = startUnder(oversight, config, takeover.sockets(), grace);
    oversight.reloaded(Reload.atStart(Instant.now(), valid(first).warnings()));
    Reloader reloader = new Reloader(source, first, dataPlane, oversight);
    OpenFiles.check(config);
    warnOfUnverified(config);
    dataPlane
        .addresses()
        .forEach((listener, addresses) -> LOG.info(
            "listener \"{}\" on {}, transport {}",
            listener,
            text(addresses),
            dataPlane.transport()));
    oversight.logPorts();
    oversight.serving(dataPlane);
    takeOver(takeover, dataPlane, oversight);
    actions.reloader = reloader;
    termination.onHangup(() -> {
      oversight.reopenLogs();
      reloader.reload("SIGHUP", DuringHandover.WAIT);
    });
    FileWatch watch = watched ? FileWatch.start(reloader) : null;
    ExpiryNotice expiry = ExpiryNotice.start(dataPlane::config);
    ProxyProcess process =
        new ProxyProcess(dataPlane, oversight, reloader, termination, expiry, watch, handover);
    process.awaitSuccessor();
    return process;
  }

  private static void takeOver(Takeover takeover, DataPlane dataPlane, Oversight oversight)
      throws StartException {
    try {
      takeover.serving();
    } catch (StartException refused) {
      dataPlane.close();
      oversight.close();
      throw refused;
    }
  }

  private void awaitSuccessor() {
    if (handover == null) {
      return;
    }
    try {
      handover.open(new Successor());
    } catch (IOException failed) {
      LOG.error(
          "nobody can take over from this process: {}. It serves; restart it without a handover once"
              + " that is mended",
          failed.toString());
    }
  }

  /** What a successor needs of this process. */
  private final class Successor implements HandoverPoint.Serving {
    @Override
    public void unchanged(Runnable task) {
      reloader.unchanged(task);
    }

    @Override
    public List<ListeningSocket> sockets() {
      List<ListeningSocket> sockets = new ArrayList<>(dataPlane.listeningSockets());
      sockets.addAll(oversight.sockets());
      return sockets;
    }

    @Override
    public void handedOver() {
      handedOver = true;
      oversight.handedOver();
      dataPlane.beginDrain();
      waitedEnough.countDown();
      termination.requestOnce();
    }
  }

  /** What the admin port can do. */
  private static final class Actions implements AdminActions {
    private final Termination termination;
    private volatile @Nullable Reloader reloader;

    Actions(Termination termination) {
      this.termination = termination;
    }

    @Override
    public void drain() {
      termination.requestOnce();
    }

    @Override
    public Reload reload() {
      Reloader known = reloader;
      if (known == null) {
        // Asked before the start is over: what was read a moment ago is what will serve.
        return Reload.atStart(Instant.now(), List.of());
      }
      return known.reload("admin port", DuringHandover.REFUSE);
    }
  }

  /** Reads the configuration again, and takes it up where it has changed. */
  public Reload reload() {
    return reloader.reload("asked", DuringHandover.REFUSE);
  }

  private static DataPlane startUnder(
      Oversight oversight, ProxyConfig config, InheritedSockets inherited, Duration grace)
      throws StartException {
    try {
      return DataPlane.start(config, oversight.observer(), inherited, grace);
    } catch (StartException | RuntimeException failed) {
      oversight.close();
      throw failed;
    }
  }

  private static String text(List<InetSocketAddress> addresses) {
    return String.join(
        ", ", addresses.stream().map(NetUtil::toSocketAddressString).toList());
  }

  private static void warnOfUnverified(ProxyConfig config) {
    for (Upstream upstream : config.upstreams()) {
      if (upstream.tls().trustAnchors() instanceof TrustAnchors.Unverified) {
        LOG.warn(
            "upstream \"{}\": skipVerification is on, its certificate is not verified and whoever"
                + " stands in between can read and change everything; set destinationCA instead",
            upstream.name());
      }
    }
  }

  /** The addresses bound, by listener name. */
  public Map<String, List<InetSocketAddress>> addresses() {
    return dataPlane.addresses();
  }

  /** Where the admin port listens; empty where it is off. */
  public Optional<InetSocketAddress> admin() {
    return oversight.admin();
  }

  /** Where the status port listens; empty where it is off. */
  public Optional<InetSocketAddress> status() {
    return oversight.status();
  }

  /**
   * Says "not ready", waits for load balancers to see it, stops accepting and lets the work under way
   * finish; a second request of the termination, or the end of the grace, cuts what is left. After a
   * handover a successor is ready at the same ports, so there is nothing to wait for.
   *
   * @param wait how long to accept as before after readiness has ended
   * @return how many connections were cut
   */
  public int drain(Duration wait, Duration grace, Termination termination)
      throws InterruptedException {
    termination.onSecond(() -> {
      dataPlane.cut();
      waitedEnough.countDown();
    });
    if (watch != null) {
      watch.close();
    }
    if (!handedOver) {
      oversight.draining();
      serveOn(wait);
    }
    if (handover != null) {
      handover.ending();
    }
    dataPlane.beginDrain();
    LOG.info("draining for at most {} s; a second signal cuts", grace.toSeconds());
    int cut = dataPlane.drain(grace);
    if (cut > 0) {
      LOG.warn("stopped; {} connections were cut", cut);
    } else {
      LOG.info("stopped; nothing was cut");
    }
    return cut;
  }

  private void serveOn(Duration wait) throws InterruptedException {
    if (wait.isPositive()) {
      LOG.info("not ready any more; serving on for {} s", wait.toSeconds());
      if (waitedEnough.await(wait.toMillis(), TimeUnit.MILLISECONDS) && !handedOver) {
        LOG.info("a second signal ends the wait");
      }
    }
  }

  @Override
  public void close() {
    expiry.close();
    if (watch != null) {
      watch.close();
    }
    if (handover != null) {
      handover.close();
    }
    dataPlane.close();
    oversight.close();
    ILoggerFactory loggers = LoggerFactory.getILoggerFactory();
    if (loggers instanceof LoggerContext context) {
      // Writes what is still queued.
      context.stop();
    }
  }
}
