package io.reseal.server.run;

import io.reseal.core.failure.Failure;
import io.reseal.core.failure.FailurePolicy;
import io.reseal.core.failure.PeerText;
import io.reseal.core.failure.Refusal;
import io.reseal.core.observe.DataPlaneObserver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The log of failures: one line each, with the id that the client was told. What upstreams do wrong
 * is a warning, what clients do wrong never is. Of each kind the first few of a while get a line,
 * the others are counted, so that a flood of failures is no flood of lines.
 */
public final class LoggingObserver implements DataPlaneObserver, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("reseal.failures");

  private final FailureFlood flood =
      new FailureFlood(more -> LOG.atLevel(more.level()).log(line(more)), FailureFlood.WINDOW);

  @Override
  public void failed(Failure failure, String errorId, String route, String request) {
    Level level = level(failure);
    if (LOG.isEnabledForLevel(level)
        && flood.mayTell(FailurePolicy.token(failure), route, FailurePolicy.upstream(failure), level)) {
      LOG.atLevel(level).log(line(failure, errorId, route, request));
    }
  }

  @Override
  public void connectionRefused(String listener, String peer, Refusal refusal) {
    if (LOG.isDebugEnabled() && flood.mayTell(refusal.token(), listener, "", Level.DEBUG)) {
      LOG.debug(
          "refused listener=\"{}\" client={}: {}: {}",
          listener,
          peer,
          refusal.token(),
          refusal.logLine());
    }
  }

  static String line(Failure failure, String errorId, String route, String request) {
    StringBuilder line = new StringBuilder(200).append("failed");
    if (!errorId.isEmpty()) {
      line.append(" id=").append(errorId);
    }
    if (!route.isEmpty()) {
      line.append(" route=\"").append(route).append('"');
    }
    line.append(" request=\"").append(PeerText.escape(request, 128)).append("\": ");
    return line.append(FailurePolicy.logLine(failure)).toString();
  }

  private static String line(FailureFlood.More more) {
    StringBuilder line = new StringBuilder(120).append("failed ").append(more.count());
    line.append(" times more within ").append(more.window().toSeconds()).append(" s");
    if (!more.place().isEmpty()) {
      line.append(", route or listener \"").append(more.place()).append('"');
    }
    if (!more.upstream().isEmpty()) {
      line.append(", upstream \"").append(more.upstream()).append('"');
    }
    return line.append(": ").append(more.token()).toString();
  }

  private static Level level(Failure failure) {
    return switch (failure) {
      case Failure.Internal internal -> Level.ERROR;
      case Failure.ConnectFailed connect -> Level.WARN;
      case Failure.TlsFailed tls -> Level.WARN;
      case Failure.UpstreamTimedOut timeout -> Level.WARN;
      case Failure.UpstreamBroken broken -> Level.WARN;
      case Failure.Overloaded overloaded -> Level.WARN;
      case Failure.RequestRejected rejected -> Level.DEBUG;
      case Failure.Misdirected misdirected -> Level.DEBUG;
      case Failure.NoRoute noRoute -> Level.DEBUG;
      case Failure.ClientGone gone -> Level.DEBUG;
    };
  }

  /** Tells what was counted and not yet told. */
  @Override
  public void close() {
    flood.close();
  }
}
