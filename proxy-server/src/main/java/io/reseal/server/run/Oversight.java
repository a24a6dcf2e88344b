package io.reseal.server.run;

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
import io.reseal.server.admin.TrafficBook;
import io.reseal.server.admin.TrafficHistory;
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
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What watches a data plane for its operators, from before its start to its end: metrics, the books
 * of failures and upstreams, health, and the ports that tell of them. Where the admin port is off
 * nobody could ask, and nothing is measured. Thread-safe.
 */
final class Oversight implements AutoCloseable {
  private final Health health = new Health();
  private final LoggingObserver log;
  private final DebugWatch debugWatch = new DebugWatch();
  private final AccessLog accessLog = new AccessLog();
  private final Traces traces = new Traces(BuildVersion.number());
  private final DataPlaneObserver observer;
  private final @Nullable Metrics metrics;
  private final List<Consumer<ProxyConfig>> books = new ArrayList<>();
  private final @Nullable TrafficHistory history;
  private final ReloadBook reloads = new ReloadBook();
  private final AdminServer server;
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
    prepareLogs(config).take();
    traces.configure(config.tracing());
    books.add(next -> traces.configure(next.tracing()));
    AdminPages pages = AdminPages.health(health);
    if (config.admin().address() instanceof Port.Off) {
      metrics = null;
      history = null;
      observer = ObserverList.of(debugWatch, log, accessLog, traces);
    } else {
      Metrics measured = new Metrics(config, BuildVersion.number());
      FailureBook failures = new FailureBook();
      UpstreamBook upstreams = new UpstreamBook(config);
      metrics = measured;
      TrafficBook traffic = new TrafficBook(config);
      history = TrafficHistory.start(traffic);
      books.add(measured::configure);
      books.add(upstreams::configure);
      books.add(traffic::configure);
      measured.watch(accessLog.counts(), traces.counts());
      observer = ObserverList.of(
          debugWatch, log, accessLog, traces, measured.observer(), failures, upstreams, traffic);
      UpstreamsPage upstreamsPage = new UpstreamsPage(this::upstreams, upstreams);
      new StatusPage(new StatusSources(
              health,
              this::config,
              this::clientConnections,
              upstreamsPage,
              upstreams,
              failures,
              history,
              reloads,
              BuildVersion.number(),
              Instant.now()))
          .addTo(pages);
      pages
          .actions(actions)
          .debug(new DebugSwitch(debugWatch, this::config))
          .text("/metrics", Metrics.CONTENT_TYPE, measured::scrape)
          .json("/config", new ConfigPage(this::config)::document)
          .json("/certificates", new CertificatesPage(this::config, upstreams)::document)
          .json("/upstreams", upstreamsPage::document)
          .asked("/explain", new ExplainPage(this::config)::answer)
          .json("/diagnostics", new DiagnosticsPage(failures)::document);
    }
    try {
      server = AdminServer.start(config.admin(), pages, AdminPages.health(health), inherited);
    } catch (StartException refused) {
      closeBooks();
      throw refused;
    }
  }

  /**
   * Opens the logs of another configuration, and changes nothing yet.
   *
   * @throws StartException if one cannot be opened
   */
  AccessLog.Change prepareLogs(ProxyConfig next) throws StartException {
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

  private void closeLogs() {
    accessLog.close();
    traces.close();
    log.close();
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
    books.forEach(book -> book.accept(next));
  }

  /** Takes down what a reading of the configuration led to. */
  void reloaded(Reload reload) {
    reloads.note(reload);
    if (metrics != null) {
      metrics.reloaded(reload);
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
    if (metrics != null) {
      metrics.watch(running);
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
    closeBooks();
  }

  private void closeBooks() {
    closeLogs();
    if (metrics != null) {
      metrics.close();
    }
    if (history != null) {
      history.close();
    }
  }
}
