package io.reseal.core.observe;

import io.reseal.core.failure.Failure;
import io.reseal.core.failure.Refusal;
import java.security.cert.X509Certificate;

/** Several observers, told one after the other. Thread-safe. */
public final class ObserverList implements DataPlaneObserver {
  private final DebugWatch debugWatch;
  private volatile DataPlaneObserver[] observers;

  private ObserverList(DebugWatch debugWatch, DataPlaneObserver[] observers) {
    this.debugWatch = debugWatch;
    this.observers = observers;
  }

  public static ObserverList of(DebugWatch debugWatch, DataPlaneObserver... observers) {
    return new ObserverList(debugWatch, observers.clone());
  }

  /** Tells these from now on, in place of those before, whom a call under way may still tell. */
  public void set(DataPlaneObserver... next) {
    observers = next.clone();
  }

  @Override
  public DebugWatch debugWatch() {
    return debugWatch;
  }

  @Override
  public void connectionAccepted(String listener) {
    for (DataPlaneObserver observer : observers) {
      observer.connectionAccepted(listener);
    }
  }

  @Override
  public void connectionRefused(String listener, String peer, Refusal refusal) {
    for (DataPlaneObserver observer : observers) {
      observer.connectionRefused(listener, peer, refusal);
    }
  }

  @Override
  public void clientHandshake(String listener, String version, boolean resumed, long nanos) {
    for (DataPlaneObserver observer : observers) {
      observer.clientHandshake(listener, version, resumed, nanos);
    }
  }

  @Override
  public void exchangeEnded(ExchangeRecord exchange) {
    for (DataPlaneObserver observer : observers) {
      observer.exchangeEnded(exchange);
    }
  }

  @Override
  public void tunnelMoved(
      String listener, String route, boolean passthrough, long clientBytes, long upstreamBytes) {
    for (DataPlaneObserver observer : observers) {
      observer.tunnelMoved(listener, route, passthrough, clientBytes, upstreamBytes);
    }
  }

  @Override
  public void tunnelEnded(TunnelRecord tunnel) {
    for (DataPlaneObserver observer : observers) {
      observer.tunnelEnded(tunnel);
    }
  }

  @Override
  public void failed(Failure failure, String errorId, String route, String request) {
    for (DataPlaneObserver observer : observers) {
      observer.failed(failure, errorId, route, request);
    }
  }

  @Override
  public void upstreamReused(String upstream) {
    for (DataPlaneObserver observer : observers) {
      observer.upstreamReused(upstream);
    }
  }

  @Override
  public void upstreamConnected(String upstream, String endpoint, long nanos) {
    for (DataPlaneObserver observer : observers) {
      observer.upstreamConnected(upstream, endpoint, nanos);
    }
  }

  @Override
  public void upstreamConnectFailed(String upstream, String endpoint, Failure failure) {
    for (DataPlaneObserver observer : observers) {
      observer.upstreamConnectFailed(upstream, endpoint, failure);
    }
  }

  @Override
  public void upstreamHandshake(String upstream, String version, boolean resumed, long nanos) {
    for (DataPlaneObserver observer : observers) {
      observer.upstreamHandshake(upstream, version, resumed, nanos);
    }
  }

  @Override
  public void upstreamCertificate(String upstream, String endpoint, X509Certificate leaf) {
    for (DataPlaneObserver observer : observers) {
      observer.upstreamCertificate(upstream, endpoint, leaf);
    }
  }

  @Override
  public void upstreamRetried(String upstream, Retry why) {
    for (DataPlaneObserver observer : observers) {
      observer.upstreamRetried(upstream, why);
    }
  }

  @Override
  public void limitReached(String limit) {
    for (DataPlaneObserver observer : observers) {
      observer.limitReached(limit);
    }
  }

  @Override
  public void loopLag(int loop, long nanos) {
    for (DataPlaneObserver observer : observers) {
      observer.loopLag(loop, nanos);
    }
  }
}
