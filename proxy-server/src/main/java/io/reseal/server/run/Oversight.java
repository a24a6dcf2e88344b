package io.reseal.server.run;

import io.reseal.config.AdminSettings.Port;
import io.reseal.config.Location;
import io.reseal.config.Problem;
import io.reseal.config.ProxyConfig;
import io.reseal.core.DataPlane;
import io.reseal.core.StartException;
import io.reseal.core.UpstreamStatus;
import io.reseal.core.observe.DataPlaneObserver;
import io.reseal.core.observe.DebugWatch;
import io.reseal.core.observe.ObserverList;
import io.reseal.server.accesslog.AccessLog;
import io.reseal.server.admin.AdminPages;
import io.reseal.server.admin.AdminServer;
import io.reseal.server.admin.CertificatesPage;
import io.reseal.server.admin.ConfigPage;
import io.reseal.server.admin.DebugSwitch;
import io.reseal.server.admin.DiagnosticsPage;
import io.reseal.server.admin.FailureBook;
import io.reseal.server.admin.Health;
import io.reseal.server.admin.UpstreamBook;
import io.reseal.server.admin.UpstreamsPage;
import io.reseal.server.metrics.Metrics;
import io.reseal.server.trace.Traces;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
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
  private final ProxyConfig config;
  private final AccessLog accessLog = new AccessLog();
  private final Traces traces = new Traces(BuildVersion.number());
  private final DataPlaneObserver observer;
  private final @Nullable Metrics metrics;
  private final AdminServer server;
  private volatile @Nullable DataPlane dataPlane;

  /**
   * Opens the ports; not ready yet.
   *
   * @param log told of everything too, and closed with this
   */
  Oversight(ProxyConfig config, LoggingObserver log) throws StartException {
    this.config = config;
    this.log = log;
    openAccessLog();
    traces.configure(config.tracing());
    AdminPages pages = AdminPages.health(health);
    if (config.admin().address() instanceof Port.Off) {
      metrics = null;
      observer = ObserverList.of(debugWatch, log, accessLog, traces);
    } else {
      Metrics measured = new Metrics(config, BuildVersion.number());
      FailureBook failures = new FailureBook();
      UpstreamBook upstreams = new UpstreamBook(config);
      metrics = measured;
      measured.watch(accessLog.counts(), traces.counts());
      observer = ObserverList.of(
          debugWatch, log, accessLog, traces, measured.observer(), failures, upstreams);
      pages
          .debug(new DebugSwitch(debugWatch, this::config))
          .text("/metrics", Metrics.CONTENT_TYPE, measured::scrape)
          .json("/config", new ConfigPage(this::config)::document)
          .json("/certificates", new CertificatesPage(this::config, upstreams)::document)
          .json("/upstreams", new UpstreamsPage(this::upstreams, upstreams)::document)
          .json("/diagnostics", new DiagnosticsPage(failures)::document);
    }
    try {
      server = AdminServer.start(config.admin(), pages, AdminPages.health(health));
    } catch (StartException refused) {
      closeLogs();
      if (metrics != null) {
        metrics.close();
      }
      throw refused;
    }
  }

  private void openAccessLog() throws StartException {
    try {
      accessLog.configure(config.accessLog());
    } catch (IOException failed) {
      throw new StartException(List.of(new Problem(
          new Location("start", 0, 0, ""),
          "accessLog.output: cannot write " + config.accessLog().output() + ": " + failed,
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
    closeLogs();
    if (metrics != null) {
      metrics.close();
    }
  }
}
