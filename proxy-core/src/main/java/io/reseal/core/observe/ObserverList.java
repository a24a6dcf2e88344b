package io.reseal.core.observe;

import io.reseal.core.failure.Failure;
import io.reseal.core.failure.Refusal;
import java.security.cert.X509Certificate;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Several observers, told one after the other. What one of them throws ends here: it loses what it was
 * told, while the others and the traffic go on. Thread-safe.
 */
public final class ObserverList implements DataPlaneObserver {
  private static final Logger LOG = LoggerFactory.getLogger(ObserverList.class);
  private static final long AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final DebugWatch debugWatch;
  private final AtomicLong toldNanos = new AtomicLong(System.nanoTime() - AGAIN_NANOS);
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

  /** The same observer, if it is such a list already. */
  public static ObserverList around(DataPlaneObserver observer) {
    return observer instanceof ObserverList list ? list : of(observer.debugWatch(), observer);
  }

  @Override
  public DebugWatch debugWatch() {
    return debugWatch;
  }

  @Override
  public void connectionAccepted(String listener) {
    for (DataPlaneObserver observer : observers) {
      try {
        observer.connectionAccepted(listener);
      } catch (RuntimeException | Error mistake) {
        failed(observer, mistake);
      }
    }
  }

  @Override
  public void connectionRefused(String listener, String peer, Refusal refusal) {
    for (DataPlaneObserver observer : observers) {
      try {
        observer.connectionRefused(listener, peer, refusal);
      } catch (RuntimeException | Error mistake) {
        failed(observer, mistake);
      }
    }
  }

  @Override
  public void clientHandshake(String listener, String version, boolean resumed, long nanos) {
    for (DataPlaneObserver observer : observers) {
      try {
        observer.clientHandshake(listener, version, resumed, nanos);
      } catch (RuntimeException | Error mistake) {
        failed(observer, mistake);
      }
    }
  }

  @Override
  public void exchangeEnded(ExchangeRecord exchange) {
    for (DataPlaneObserver observer : observers) {
      try {
        observer.exchangeEnded(exchange);
      } catch (RuntimeException | Error mistake) {
        failed(observer, mistake);
      }
    }
  }

  @Override
  public void tunnelMoved(
      String listener, String route, boolean passthrough, long clientBytes, long upstreamBytes) {
    for (DataPlaneObserver observer : observers) {
      try {
        observer.tunnelMoved(listener, route, passthrough, clientBytes, upstreamBytes);
      } catch (RuntimeException | Error mistake) {
        failed(observer, mistake);
      }
    }
  }

  @Override
  public void tunnelEnded(TunnelRecord tunnel) {
    for (DataPlaneObserver observer : observers) {
      try {
        observer.tunnelEnded(tunnel);
      } catch (RuntimeException | Error mistake) {
        failed(observer, mistake);
      }
    }
  }

  @Override
  public void failed(Failure failure, String errorId, String route, String request) {
    for (DataPlaneObserver observer : observers) {
      try {
        observer.failed(failure, errorId, route, request);
      } catch (RuntimeException | Error mistake) {
        failed(observer, mistake);
      }
    }
  }

  @Override
  public void upstreamReused(String upstream) {
    for (DataPlaneObserver observer : observers) {
      try {
        observer.upstreamReused(upstream);
      } catch (RuntimeException | Error mistake) {
        failed(observer, mistake);
      }
    }
  }

  @Override
  public void upstreamConnected(String upstream, String endpoint, long nanos) {
    for (DataPlaneObserver observer : observers) {
      try {
        observer.upstreamConnected(upstream, endpoint, nanos);
      } catch (RuntimeException | Error mistake) {
        failed(observer, mistake);
      }
    }
  }

  @Override
  public void upstreamConnectFailed(String upstream, String endpoint, Failure failure) {
    for (DataPlaneObserver observer : observers) {
      try {
        observer.upstreamConnectFailed(upstream, endpoint, failure);
      } catch (RuntimeException | Error mistake) {
        failed(observer, mistake);
      }
    }
  }

  @Override
  public void upstreamHandshake(String upstream, String version, boolean resumed, long nanos) {
    for (DataPlaneObserver observer : observers) {
      try {
        observer.upstreamHandshake(upstream, version, resumed, nanos);
      } catch (RuntimeException | Error mistake) {
        failed(observer, mistake);
      }
    }
  }

  @Override
  public void upstreamCertificate(String upstream, String endpoint, X509Certificate leaf) {
    for (DataPlaneObserver observer : observers) {
      try {
        observer.upstreamCertificate(upstream, endpoint, leaf);
      } catch (RuntimeException | Error mistake) {
        failed(observer, mistake);
      }
    }
  }

  @Override
  public void upstreamRetried(String upstream, Retry why) {
    for (DataPlaneObserver observer : observers) {
      try {
        observer.upstreamRetried(upstream, why);
      } catch (RuntimeException | Error mistake) {
        failed(observer, mistake);
      }
    }
  }

  @Override
  public void limitReached(String limit) {
    for (DataPlaneObserver observer : observers) {
      try {
        observer.limitReached(limit);
      } catch (RuntimeException | Error mistake) {
        failed(observer, mistake);
      }
    }
  }

  @Override
  public void loopLag(int loop, long nanos) {
    for (DataPlaneObserver observer : observers) {
      try {
        observer.loopLag(loop, nanos);
      } catch (RuntimeException | Error mistake) {
        failed(observer, mistake);
      }
    }
  }

  /** Says so once a minute: a mistake of ours can show with every request. */
  private void failed(DataPlaneObserver observer, Throwable mistake) {
    long told = toldNanos.get();
    long now = System.nanoTime();
    if (now - told >= AGAIN_NANOS && toldNanos.compareAndSet(told, now)) {
      LOG.error(
          "{} did not take what it was told, and a figure, line or span is missing; traffic goes on."
              + " Please report it with these lines",
          observer.getClass().getSimpleName(),
          mistake);
    }
  }
}
