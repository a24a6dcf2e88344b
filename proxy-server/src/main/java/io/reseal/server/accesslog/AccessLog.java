package io.reseal.server.accesslog;

import io.reseal.config.AccessLogSettings;
import io.reseal.core.observe.DataPlaneObserver;
import io.reseal.core.observe.ExchangeRecord;
import io.reseal.core.observe.TunnelRecord;
import io.reseal.server.metrics.QueueCounts;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * The access log of a data plane: off, or with one writer. Events cost a field read while it is off,
 * and the making of a line, but never a wait for its output, while it is on. Thread-safe.
 */
public final class AccessLog implements DataPlaneObserver, AutoCloseable {
  private final QueueCounts counts = new QueueCounts();
  private AccessLogSettings settings = AccessLogSettings.OFF;
  private volatile @Nullable LineWriter writer;

  public AccessLog() {}

  /**
   * Opens what other settings name, and changes nothing yet.
   *
   * @throws IOException if the file cannot be opened
   */
  public synchronized Change prepare(AccessLogSettings next) throws IOException {
    boolean same = next.equals(settings);
    return new Change(next, same || !next.isOn() ? null : LineWriter.start(next, counts));
  }

  /** Other settings, ready to be taken up. Either of its methods is called once. */
  public final class Change {
    private final AccessLogSettings next;
    private final @Nullable LineWriter opened;

    private Change(AccessLogSettings next, @Nullable LineWriter opened) {
      this.next = next;
      this.opened = opened;
    }

    /** Goes on with these. What was offered before is still written where it was meant to go. */
    public void take() {
      takeUp(next, opened);
    }

    /** Stays with what there is. */
    public void discard() {
      if (opened != null) {
        opened.close();
      }
    }
  }

  private synchronized void takeUp(AccessLogSettings next, @Nullable LineWriter opened) {
    if (next.equals(settings)) {
      return;
    }
    LineWriter before = writer;
    writer = opened;
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
