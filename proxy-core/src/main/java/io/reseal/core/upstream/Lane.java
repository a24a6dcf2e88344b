package io.reseal.core.upstream;

import io.reseal.core.failure.Failure;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What one event loop has of one endpoint: the idle connections, how many are being made, and the
 * acquisitions that wait because too many are. Confined to its event loop.
 */
final class Lane {
  /** An endpoint that failed rests this long, then twice as long, up to eight times. */
  private static final long FIRST_REST_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final int MOST_COUNTED_FAILURES = 4;

  private final EndpointPlan endpoint;
  private final ArrayDeque<UpstreamConnection> idle = new ArrayDeque<>();
  private final @Nullable Map<String, ArrayDeque<UpstreamConnection>> idleByHost;
  private final ArrayDeque<Waiter> waiters = new ArrayDeque<>(0);
  private @Nullable Failure lastFailure;
  private int connecting;
  private boolean servingDue;
  private int failures;
  private long retryAtNanos;
  private boolean retired;

  Lane(EndpointPlan endpoint, boolean byHost) {
    this.endpoint = endpoint;
    this.idleByHost = byHost ? new HashMap<>() : null;
  }

  EndpointPlan endpoint() {
    return endpoint;
  }

  /** Its endpoint has left the configuration: nothing comes back to it. */
  void retire() {
    retired = true;
    closeIdle();
  }

  boolean isRetired() {
    return retired;
  }

  /** How many connections to it this loop makes at the moment. */
  int connecting() {
    return connecting;
  }

  void connectStarted() {
    connecting++;
  }

  void connectSucceeded() {
    connecting--;
    failures = 0;
    lastFailure = null;
  }

  void connectFailed(Failure failure) {
    connecting--;
    lastFailure = failure;
    failures = Math.min(failures + 1, MOST_COUNTED_FAILURES);
    retryAtNanos = System.nanoTime() + (FIRST_REST_NANOS << (failures - 1));
  }

  /** Whether the last try to connect worked, none was made, or it is time for another. */
  boolean isUsable() {
    return failures == 0 || System.nanoTime() - retryAtNanos >= 0;
  }

  /** Why the last try to connect failed; null when it did not. */
  @Nullable
  Failure lastFailure() {
    return lastFailure;
  }

  ArrayDeque<Waiter> waiters() {
    return waiters;
  }

  /**
   * Whether those who wait shall be looked at now. True once until {@link #serving}: what happens
   * within one turn of the loop is looked at together, after it.
   */
  boolean callsForServing() {
    if (servingDue || waiters.isEmpty()) {
      return false;
    }
    servingDue = true;
    return true;
  }

  void serving() {
    servingDue = false;
  }

  @Nullable
  UpstreamConnection takeIdle(String host) {
    ArrayDeque<UpstreamConnection> queue = idleByHost == null ? idle : idleByHost.get(host);
    while (queue != null) {
      UpstreamConnection connection = queue.pollFirst();
      if (connection == null) {
        return null;
      }
      endpoint.idle().decrementAndGet();
      connection.leftIdle();
      if (connection.channel().isActive()) {
        return connection;
      }
    }
    return null;
  }

  void putIdle(UpstreamConnection connection) {
    endpoint.idle().incrementAndGet();
    connection.becameIdle();
    if (idleByHost == null) {
      idle.addFirst(connection);
    } else {
      idleByHost
          .computeIfAbsent(connection.host(), ignored -> new ArrayDeque<>(2))
          .addFirst(connection);
    }
  }

  /** Called when an idle connection closes. */
  void forget(UpstreamConnection connection) {
    endpoint.idle().decrementAndGet();
    if (idleByHost == null) {
      idle.removeLastOccurrence(connection);
      return;
    }
    ArrayDeque<UpstreamConnection> queue = idleByHost.get(connection.host());
    if (queue != null) {
      queue.removeLastOccurrence(connection);
      if (queue.isEmpty()) {
        idleByHost.remove(connection.host());
      }
    }
  }

  void closeIdle() {
    for (UpstreamConnection connection : idle.toArray(UpstreamConnection[]::new)) {
      connection.discard();
    }
    if (idleByHost != null) {
      for (Object queue : idleByHost.values().toArray()) {
        for (Object connection : ((ArrayDeque<?>) queue).toArray()) {
          ((UpstreamConnection) connection).discard();
        }
      }
    }
  }

  /** An acquisition that waits for a connection that comes back, or for its turn to make one. */
  interface Waiter {
    /**
     * Goes on if it can now, and has left the queue then.
     *
     * @return false to go on waiting
     */
    boolean serve();
  }
}
