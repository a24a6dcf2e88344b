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
 * is a warning, what clients do wrong never is.
 */
public final class LoggingObserver implements DataPlaneObserver {
  private static final Logger LOG = LoggerFactory.getLogger("reseal.failures");

  @Override
  public void failed(Failure failure, String errorId, String route, String request) {
    Level level = level(failure);
    if (LOG.isEnabledForLevel(level)) {
      LOG.atLevel(level).log(line(failure, errorId, route, request));
    }
  }

  @Override
  public void connectionRefused(String listener, String peer, Refusal refusal) {
    if (LOG.isDebugEnabled()) {
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
}
