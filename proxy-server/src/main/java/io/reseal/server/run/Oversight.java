package io.reseal.server.run;

import io.netty.util.NetUtil;
import io.reseal.config.AdminSettings.Port;
import io.reseal.config.Location;
import io.reseal.config.Problem;
import io.reseal.config.ProxyConfig;
import io.reseal.core.DataPlane;
import io.reseal.core.StartException;
import io.reseal.core.UpstreamStatus;
import io.reseal.core.listener.InheritedSockets;
import io.reseal.core.listener.ListeningSocket;
import io.reseal.core.observe.DataPlaneObserver;
import io.reseal.core.observe.DebugWatch;
import io.reseal.core.observe.ObserverList;
import io.reseal.server.accesslog.AccessLog;
import io.reseal.server.admin.AdminActions;
import io.reseal.server.admin.AdminPages;
import io.reseal.server.admin.AdminServer;
import io.reseal.server.admin.CertificatesPage;
import io.reseal.server.admin.ConfigPage;
import io.reseal.server.admin.DebugSwitch;
import io.reseal.server.admin.DiagnosticsPage;
import io.reseal.server.admin.FailureBook;
import io.reseal.server.admin.Health;
import io.reseal.server.admin.Reload;
import io.reseal.server.admin.ReloadBook;
import io.reseal.server.admin.StatusPage;
import io.reseal.server.admin.StatusSources;
import io.reseal.server.admin.UpstreamBook;
import io.reseal.server.admin.UpstreamsPage;
import io.reseal.server.metrics.Metrics;
import io.reseal.server.trace.Traces;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What watches a data plane for its operators, from before its start to its end: logs, metrics, the
 * books of failures and upstreams, health, and the ports that tell of them. Where the admin port is
 * off nobody could ask, and exchanges are not counted. Thread-safe.
 */
final class Oversight implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ProxyProcess.class);

  private final Instant started = Instant.now();
  private final Health health = new Health();
  private final LoggingObserver log;
  private final AdminActions actions;
  private final DebugWatch debugWatch = new DebugWatch();
  private final DebugSwitch debug = new DebugSwitch(debugWatch, this::config);
  private final AccessLog accessLog = new AccessLog();
  private final Traces traces = new Traces(BuildVersion.number());
  private final FailureBook failures = new FailureBook();
  private final UpstreamBook upstreams;
  private final ReloadBook reloads = new ReloadBook();
  private final ObserverList observer = ObserverList.of(debugWatch);
  private final AdminServer server = new AdminServer();
  private volatile @Nullable Measurements measurements;
  private volatile ProxyConfig config;
  private volatile @Nullable DataPlane dataPlane;

  /**
   * Opens the ports; not ready yet.
   *
   * @param log told of everything too, and closed with this
   * @param actions what the admin port can do
   * @param inherited sockets of a predecessor, which answers there until this one is ready
   */
  Oversight(
      ProxyConfig config, LoggingObserver log, AdminActions actions, InheritedSockets inherited)
      throws StartException {
    this.config = config;
    this.log = log;
    this.actions = actions;
    this.upstreams = new UpstreamBook(config);
    try {
      prepare(config, inherited).take();
    } catch (StartException | RuntimeException refused) {
      close();
      throw refused;
    }
    traces.configure(config.tracing());
  }

  /**
   * Opens the logs and ports of another configuration, and changes nothing yet.
   *
   * @throws StartException if one cannot be opened
   */
  Change prepare(ProxyConfig next) throws StartException {
    return prepare(next, InheritedSockets.none());
  }

  private Change prepare(ProxyConfig next, InheritedSockets inherited) throws StartException {
    AccessLog.Change logs = prepareLogs(next);
    Measurements before = measurements;
    Measurements after = null;
    if (next.admin().address() instanceof Port.At) {
      // The loops are those of the start, whatever is asked for.
      after = before != null
          ? before
          : new Measurements(next.withRuntime(config.runtime()), accessLog, traces);
    }
    try {
      AdminPages pages = after == null ? AdminPages.health(health) : pages(after);
      return new Change(
          next,
          logs,
          server.prepare(next.admin(), pages, AdminPages.health(health), inherited),
          before,
          after);
    } catch (StartException | RuntimeException refused) {
      logs.discard();
      closeUnless(before, after);
      throw refused;
    }
  }

  private static void closeUnless(@Nullable Measurements kept, @Nullable Measurements made) {
    if (made != null && made != kept) {
      made.close();
    }
  }

  /** Logs and ports that are ready to be used. Either of its methods is called once. */
  final class Change {
    private final ProxyConfig next;
    private final AccessLog.Change logs;
    private final AdminServer.Change ports;
    private final @Nullable Measurements before;
    private final @Nullable Measurements after;

    private Change(
        ProxyConfig next,
        AccessLog.Change logs,
        AdminServer.Change ports,
        @Nullable Measurements before,
        @Nullable Measurements after) {
      this.next = next;
      this.logs = logs;
      this.ports = ports;
      this.before = before;
      this.after = after;
    }

    /** Goes on with these. */
    void take() {
      Map<String, Optional<InetSocketAddress>> open = ports();
      logs.take();
      measurements = after;
      observer.set(observers(after));
      DataPlane running = dataPlane;
      if (after != null && after != before) {
        // No gauge for the certificates of endpoints that go with this change.
        upstreams.configure(next);
        after.observers().forEach(upstreams::tellCertificates);
        if (running != null) {
          after.watch(running);
        }
      }
      ports.take();
      closeUnless(after, before);
      if (running != null && !ports().equals(open)) {
        logPorts();
      }
    }

    /** Stays with what there is. */
    void discard() {
      logs.discard();
      ports.discard();
      closeUnless(before, after);
    }
  }

  private DataPlaneObserver[] observers(@Nullable Measurements measuring) {
    List<DataPlaneObserver> told =
        new ArrayList<>(List.of(log, accessLog, traces, failures, upstreams));
    if (measuring != null) {
      told.addAll(measuring.observers());
    }
    return told.toArray(DataPlaneObserver[]::new);
  }

  private AdminPages pages(Measurements measuring) {
    AdminPages pages = AdminPages.health(health);
    UpstreamsPage upstreamsPage = new UpstreamsPage(this::upstreams, upstreams);
    new StatusPage(new StatusSources(
            health,
            this::config,
            this::clientConnections,
            upstreamsPage,
            upstreams,
            failures,
            measuring.history(),
            reloads,
            BuildVersion.number(),
            started))
        .addTo(pages);
    return pages
        .actions(actions)
        .debug(debug)
        .text("/metrics", Metrics.CONTENT_TYPE, measuring::scrape)
        .json("/config", new ConfigPage(this::config)::document)
        .json("/certificates", new CertificatesPage(this::config, upstreams)::document)
        .json("/upstreams", upstreamsPage::document)
        .asked("/explain", new ExplainPage(this::config)::answer)
        .json("/diagnostics", new DiagnosticsPage(failures)::document);
  }

  private AccessLog.Change prepareLogs(ProxyConfig next) throws StartException {
    try {
      return accessLog.prepare(next.accessLog());
    } catch (IOException failed) {
      throw new StartException(List.of(new Problem(
          new Location("start", 0, 0, ""),
          "accessLog.output: cannot write " + next.accessLog().output() + ": " + failed,
          "",
          "",
          "Let the user that runs Reseal write there, or name another file")));
    }
  }

  /** Opens the files of logs again, as after a rename. */
  void reopenLogs() {
    accessLog.reopen();
  }

  private ProxyConfig config() {
    return config;
  }

  private List<UpstreamStatus> upstreams() {
    DataPlane running = dataPlane;
    return running == null ? List.of() : running.upstreams();
  }

  private Map<String, Integer> clientConnections() {
    DataPlane running = dataPlane;
    return running == null ? Map.of() : running.clientConnections();
  }

  /** Another configuration serves from now on. */
  void configure(ProxyConfig next) {
    config = next;
    upstreams.configure(next);
    Measurements measuring = measurements;
    if (measuring != null) {
      measuring.configure(next);
    }
    // Last: it is the only one of these that starts something, which may fail.
    traces.configure(next.tracing());
  }

  /** Takes down what a reading of the configuration led to. */
  void reloaded(Reload reload) {
    reloads.note(reload);
    Measurements measuring = measurements;
    if (measuring != null) {
      measuring.reloaded(reload);
    }
  }

  /** What the latest reading of the configuration led to. */
  Reload latestReload() {
    return reloads.latest();
  }

  /** The one to tell what the data plane does. */
  DataPlaneObserver observer() {
    return observer;
  }

  /** The data plane serves: ready. */
  void serving(DataPlane running) {
    dataPlane = running;
    Measurements measuring = measurements;
    if (measuring != null) {
      measuring.watch(running);
    }
    health.serving();
    server.open();
  }

  /** The listening sockets of the ports, for a successor. */
  List<ListeningSocket> sockets() {
    return server.sockets();
  }

  /** A successor answers on the ports from here on. Whoever asks there finds a process that is ready. */
  void handedOver() {
    server.stopAccepting();
  }

  /** A drain begins: from here on not ready. */
  void draining() {
    health.draining();
  }

  private Map<String, Optional<InetSocketAddress>> ports() {
    return Map.of("admin", server.admin(), "status", server.status());
  }

  /** Says where the ports are. */
  void logPorts() {
    logPort("admin", server.admin());
    logPort("status", server.status());
  }

  private static void logPort(String name, Optional<InetSocketAddress> address) {
    LOG.info(
        "{} port {}",
        name,
        address.map(at -> "on " + NetUtil.toSocketAddressString(at)).orElse("off"));
  }

  /** Where the admin port listens; empty where it is off. */
  Optional<InetSocketAddress> admin() {
    return server.admin();
  }

  /** Where the status port listens; empty where it is off. */
  Optional<InetSocketAddress> status() {
    return server.status();
  }

  @Override
  public void close() {
    health.draining();
    server.close();
    accessLog.close();
    traces.close();
    log.close();
    Measurements last = measurements;
    if (last != null) {
      last.close();
    }
  }
}
