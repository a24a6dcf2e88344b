package io.reseal.core.observe;

import io.reseal.core.failure.Failure;
import io.reseal.core.failure.Refusal;
import java.security.cert.X509Certificate;

/** Several observers, told one after the other. */
public final class ObserverList implements DataPlaneObserver {
  private final DataPlaneObserver[] observers;

  private ObserverList(DataPlaneObserver[] observers) {
    this.observers = observers;
  }

  public static ObserverList of(DataPlaneObserver... observers) {
    return new ObserverList(observers.clone());
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
