package io.reseal.core.observe;

import org.jspecify.annotations.Nullable;

/**
 * What to tell everything about, for a while: one host or one route. Set by anyone; read by the
 * event loops for each exchange, which costs a field read while nothing is set.
 */
public final class DebugWatch {
  /** Lines of one second; what comes on top is passed over, so that a log cannot be flooded. */
  private static final int MOST_LINES = 500;

  private static final long SECOND_NANOS = 1_000_000_000L;

  private volatile @Nullable Target target;

  public DebugWatch() {}

  /**
   * Tells of one host or route from now on, in place of any other.
   *
   * @param host in lower case; empty for any
   * @param route a route's name; empty for any
   * @param nanos how long
   */
  public void begin(String host, String route, long nanos, Sink sink) {
    target = new Target(host, route, System.nanoTime() + nanos, sink);
  }

  /** Tells no more. */
  public void end() {
    target = null;
  }

  /** Whether anything is told. */
  public boolean isOn() {
    return target != null;
  }

  /**
   * The one to tell of an exchange or connection; null where nobody wants to know.
   *
   * @param host the host or the server name asked for
   * @param route the route's name; empty for none
   */
  public @Nullable Tap tap(String host, String route, String id) {
    Target current = target;
    if (current == null || !current.isMeant(host, route)) {
      return null;
    }
    return new Tap(current, id);
  }

  /** Where the lines go. Called on event loops; must not block. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Takes a line.
     *
     * @param id of the exchange or connection
     * @param line escaped; secrets are left out
     */
    void line(String id, String line);
  }

  /** The teller of one exchange or connection. */
  public static final class Tap {
    private final Target target;
    private final String id;

    private Tap(Target target, String id) {
      this.target = target;
      this.id = id;
    }

    /** Tells a line, unless there were too many this second. */
    public void line(String line) {
      if (target.mayTell()) {
        target.sink.line(id, line);
      }
    }
  }

  private static final class Target {
    private final String host;
    private final String route;
    private final long endNanos;
    private final Sink sink;
    private long secondNanos = System.nanoTime();
    private int lines;

    Target(String host, String route, long endNanos, Sink sink) {
      this.host = host;
      this.route = route;
      this.endNanos = endNanos;
      this.sink = sink;
    }

    boolean isMeant(String askedHost, String takenRoute) {
      return (host.isEmpty() || host.equals(askedHost))
          && (route.isEmpty() || route.equals(takenRoute))
          && System.nanoTime() - endNanos < 0;
    }

    synchronized boolean mayTell() {
      long now = System.nanoTime();
      if (now - secondNanos >= SECOND_NANOS) {
        secondNanos = now;
        lines = 0;
      }
      return lines++ < MOST_LINES;
    }
  }
}
