package io.reseal.server.run;

import io.reseal.core.failure.Failure;
import io.reseal.core.failure.FailurePolicy;
import io.reseal.core.failure.PeerText;
import io.reseal.core.failure.Refusal;
import io.reseal.core.failure.TlsVerdict;
import io.reseal.core.observe.DataPlaneObserver;
import io.reseal.core.observe.ExchangeRecord;
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
        && flood.mayTell(
            FailurePolicy.token(failure), route, FailurePolicy.upstream(failure), level)) {
      LOG.atLevel(level).log(line(failure, errorId, route, request));
    }
  }

  /** What the upstream answered stands; why it may have done so is told. */
  @Override
  public void exchangeEnded(ExchangeRecord exchange) {
    TlsVerdict suspicion = exchange.suspicion();
    if (suspicion == null) {
      return;
    }
    String token = suspicion.reason().token();
    if (flood.mayTell(token, exchange.route(), exchange.upstream(), Level.WARN)) {
      LOG.warn(line(exchange, suspicion));
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
    return place("failed", errorId, route, request)
        .append(FailurePolicy.logLine(failure))
        .toString();
  }

  static String line(ExchangeRecord exchange, TlsVerdict suspicion) {
    FailurePolicy.Answer told = FailurePolicy.answer(new Failure.TlsFailed(
        suspicion, exchange.upstream(), exchange.connection().endpoint()));
    String request = exchange.host() + exchange.path();
    return place("suspected", exchange.id(), exchange.route(), request)
        .append(told.token())
        .append(": ")
        .append(told.detail())
        .append(". ")
        .append(told.advice())
        .toString();
  }

  private static StringBuilder place(String what, String errorId, String route, String request) {
    StringBuilder line = new StringBuilder(200).append(what);
    if (!errorId.isEmpty()) {
      line.append(" id=").append(errorId);
    }
    if (!route.isEmpty()) {
      line.append(" route=\"").append(route).append('"');
    }
    return line.append(" request=\"").append(PeerText.escape(request, 128)).append("\": ");
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
