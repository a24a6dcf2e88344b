package io.reseal.server.run;

import io.reseal.config.AdminSettings.Port;
import io.reseal.config.ProxyConfig;
import io.reseal.core.DataPlane;
import io.reseal.core.StartException;
import io.reseal.core.UpstreamStatus;
import io.reseal.core.observe.DataPlaneObserver;
import io.reseal.core.observe.ObserverList;
import io.reseal.server.admin.AdminActions;
import io.reseal.server.admin.AdminPages;
import io.reseal.server.admin.AdminServer;
import io.reseal.server.admin.CertificatesPage;
import io.reseal.server.admin.ConfigPage;
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
   * @param log told of everything too
   * @param actions what the admin port can do
   */
  Oversight(ProxyConfig config, DataPlaneObserver log, AdminActions actions) throws StartException {
    this.config = config;
    AdminPages pages = AdminPages.health(health);
    if (config.admin().address() instanceof Port.Off) {
      metrics = null;
      history = null;
      observer = log;
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
      observer = ObserverList.of(log, measured.observer(), failures, upstreams, traffic);
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
          .text("/metrics", Metrics.CONTENT_TYPE, measured::scrape)
          .json("/config", new ConfigPage(this::config)::document)
          .json("/certificates", new CertificatesPage(this::config, upstreams)::document)
          .json("/upstreams", upstreamsPage::document)
          .asked("/explain", new ExplainPage(this::config)::answer)
          .json("/diagnostics", new DiagnosticsPage(failures)::document);
    }
    try {
      server = AdminServer.start(config.admin(), pages, AdminPages.health(health));
    } catch (StartException refused) {
      closeBooks();
      throw refused;
    }
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
    if (metrics != null) {
      metrics.close();
    }
    if (history != null) {
      history.close();
    }
  }
}
