package io.reseal.server.run;

import io.reseal.config.ProxyConfig;
import io.reseal.core.DataPlane;
import io.reseal.core.observe.DataPlaneObserver;
import io.reseal.server.accesslog.AccessLog;
import io.reseal.server.admin.Reload;
import io.reseal.server.admin.TrafficBook;
import io.reseal.server.admin.TrafficHistory;
import io.reseal.server.metrics.Metrics;
import io.reseal.server.trace.Traces;
import java.util.List;

/**
 * What is counted of each exchange while there is an admin port to ask: metrics, and the traffic of
 * the status page. Thread-safe.
 */
final class Measurements implements AutoCloseable {
  private final Metrics metrics;
  private final TrafficBook traffic;
  private final TrafficHistory history;

  /** Begins at nothing. */
  Measurements(ProxyConfig config, AccessLog accessLog, Traces traces) {
    metrics = new Metrics(config, BuildVersion.number());
    metrics.watch(accessLog.counts(), traces.counts(), LogQueue::droppedLines);
    traffic = new TrafficBook(config);
    history = TrafficHistory.start(traffic);
  }

  /** The ones to tell what the data plane does. */
  List<DataPlaneObserver> observers() {
    return List.of(metrics.observer(), traffic);
  }

  TrafficHistory history() {
    return history;
  }

  /** In the text format of Prometheus. */
  String scrape() {
    return metrics.scrape();
  }

  /** Another configuration serves from now on. */
  void configure(ProxyConfig next) {
    metrics.configure(next);
    traffic.configure(next);
  }

  /** Takes down what a reading of the configuration led to. */
  void reloaded(Reload reload) {
    metrics.reloaded(reload);
  }

  /** Reads open connections and the like off this data plane from now on. */
  void watch(DataPlane running) {
    metrics.watch(running);
  }

  @Override
  public void close() {
    metrics.close();
    history.close();
  }
}
