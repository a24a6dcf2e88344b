package io.reseal.server.accesslog;

import io.reseal.config.AccessLogSettings;
import io.reseal.core.observe.DataPlaneObserver;
import io.reseal.core.observe.ExchangeRecord;
import io.reseal.core.observe.TunnelRecord;
import io.reseal.server.metrics.QueueCounts;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The access log of a data plane: off, or with one writer. Events cost a field read while it is off
 * and a place in a queue while it is on. Thread-safe.
 */
public final class AccessLog implements DataPlaneObserver, AutoCloseable {
  private final QueueCounts counts = new QueueCounts();
  private AccessLogSettings settings = AccessLogSettings.OFF;
  private volatile @Nullable LineWriter writer;

  public AccessLog() {}

  /**
   * Goes on with these settings. What was offered before is still written where it was meant to go.
   *
   * @throws IOException if the file cannot be opened; everything stays as it is then
   */
  public synchronized void configure(AccessLogSettings next) throws IOException {
    if (next.equals(settings)) {
      return;
    }
    LineWriter before = writer;
    writer = next.isOn() ? LineWriter.start(next, counts) : null;
    settings = next;
    if (before != null) {
      before.close();
    }
  }

  /** Opens the file again, as after a rename. */
  public void reopen() {
    LineWriter current = writer;
    if (current != null) {
      current.reopen();
    }
  }

  public QueueCounts counts() {
    return counts;
  }

  @Override
  public void exchangeEnded(ExchangeRecord exchange) {
    LineWriter current = writer;
    if (current != null) {
      current.offer(exchange);
    }
  }

  @Override
  public void tunnelEnded(TunnelRecord tunnel) {
    LineWriter current = writer;
    if (current != null) {
      current.offer(tunnel);
    }
  }

  /** Writes what waits, for at most a second. */
  @Override
  public synchronized void close() {
    LineWriter last = writer;
    writer = null;
    settings = AccessLogSettings.OFF;
    if (last != null) {
      last.close();
    }
  }
}
