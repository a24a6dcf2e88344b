package io.reseal.server.metrics;

import io.reseal.core.failure.Failure;
import io.reseal.core.failure.FailurePolicy;
import io.reseal.core.observe.DataPlaneObserver.Retry;

/** The meters of one upstream. Thread-safe. */
final class UpstreamMeters {
  private final LazyCounter fresh;
  private final LazyCounter reused;
  private final LazyTimer connectTime;
  private final CountersByToken connectFailures;
  private final CountersByToken verdicts;
  private final CountersByToken fullHandshakes;
  private final CountersByToken resumedHandshakes;
  private final LazyTimer handshakeTime;
  private final LazyCounter otherEndpoint;
  private final LazyCounter deadConnection;

  UpstreamMeters(Meters meters, String upstream) {
    fresh = new LazyCounter(() -> meters.upstreamConnections(upstream, "new"));
    reused = new LazyCounter(() -> meters.upstreamConnections(upstream, "reused"));
    connectTime = new LazyTimer(() -> meters.connectTime(upstream));
    connectFailures = new CountersByToken(fault -> meters.connectFailures(upstream, fault));
    verdicts = new CountersByToken(reason -> meters.verdicts(upstream, reason));
    fullHandshakes =
        new CountersByToken(version -> meters.upstreamHandshakes(upstream, version, false));
    resumedHandshakes =
        new CountersByToken(version -> meters.upstreamHandshakes(upstream, version, true));
    handshakeTime = new LazyTimer(() -> meters.upstreamHandshakeTime(upstream));
    otherEndpoint = new LazyCounter(() -> meters.retries(upstream, "other_endpoint"));
    deadConnection = new LazyCounter(() -> meters.retries(upstream, "dead_connection"));
  }

  void connected(long nanos) {
    fresh.increment();
    connectTime.record(nanos);
  }

  void reused() {
    reused.increment();
  }

  void connectFailed(Failure failure) {
    String token = FailurePolicy.token(failure);
    (failure instanceof Failure.TlsFailed ? verdicts : connectFailures).increment(token);
  }

  void shookHands(String version, boolean resumed, long nanos) {
    (resumed ? resumedHandshakes : fullHandshakes).increment(version);
    handshakeTime.record(nanos);
  }

  void retried(Retry why) {
    switch (why) {
      case OTHER_ENDPOINT -> otherEndpoint.increment();
      case DEAD_CONNECTION -> deadConnection.increment();
    }
  }
}
