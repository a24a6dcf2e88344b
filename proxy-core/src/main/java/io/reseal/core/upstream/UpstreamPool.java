package io.reseal.core.upstream;

import io.netty.channel.Channel;
import io.reseal.config.Limits;
import io.reseal.config.Timeouts;
import io.reseal.core.failure.Failure;
import io.reseal.core.failure.Failure.ConnectFault;
import io.reseal.core.observe.DataPlaneObserver.Retry;
import io.reseal.core.tls.PeerNames;
import io.reseal.core.tls.UpstreamTlsContext;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop to one upstream. Endpoints take turns; an idle connection to
 * the endpoint whose turn it is, used last, is taken before a new one is made.
 *
 * <p>Confined to its event loop; the limits on open and idle connections hold for the process and
 * are counted in the {@link EndpointPlan}.
 */
public final class UpstreamPool {
  /** An endpoint that failed rests this long, then twice as long, up to eight times. */
  private static final long FIRST_REST_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final int MOST_COUNTED_FAILURES = 4;

  private final UpstreamLoop loop;
  private UpstreamPlan plan;
  private Limits limits;
  private Timeouts timeouts;
  private UpstreamConnector connector;
  private Lane[] lanes;
  private int turn;
  private int users;
  private boolean closed;
  private boolean stopped;
  private boolean released;

  public UpstreamPool(
      UpstreamPlan plan, UpstreamLoop loop, Limits limits, Timeouts timeouts, int firstTurn) {
    this.plan = plan;
    this.loop = loop;
    this.limits = limits;
    this.timeouts = timeouts;
    this.connector = new UpstreamConnector(plan, loop, limits, timeouts);
    this.lanes = lanesOf(plan, new Lane[0]);
    this.turn = firstTurn;
    UpstreamTlsContext tls = plan.tlsContext();
    if (tls != null) {
      tls.retain();
    }
  }

  private static Lane[] lanesOf(UpstreamPlan plan, Lane[] before) {
    Map<EndpointPlan, Lane> known = new HashMap<>();
    for (Lane lane : before) {
      known.put(lane.endpoint(), lane);
    }
    Lane[] lanes = new Lane[plan.endpoints().size()];
    for (int i = 0; i < lanes.length; i++) {
      lanes[i] = known.computeIfAbsent(
          plan.endpoints().get(i), endpoint -> new Lane(endpoint, plan.namesByRequest()));
    }
    return lanes;
  }

  /**
   * Takes up another plan for the same trust. Connections to endpoints that stay are kept; those to
   * the others are closed when idle.
   */
  public void configure(UpstreamPlan next, Limits nextLimits, Timeouts nextTimeouts) {
    assert loop.eventLoop().inEventLoop();
    Lane[] before = lanes;
    plan = next;
    limits = nextLimits;
    timeouts = nextTimeouts;
    connector = new UpstreamConnector(next, loop, nextLimits, nextTimeouts);
    lanes = lanesOf(next, before);
    turn = turn < lanes.length ? turn : 0;
    Set<Lane> kept = new HashSet<>(Arrays.asList(lanes));
    for (Lane lane : before) {
      if (!kept.contains(lane)) {
        lane.retire();
      }
    }
  }

  /**
   * Says that somebody may ask for connections until {@link #leave}; what is needed to make them is
   * kept that long, even when the pool is closed meanwhile.
   */
  public void enter() {
    users++;
  }

  /** Ends what {@link #enter} began. */
  public void leave() {
    users--;
    releaseIfUnused();
  }

  private void releaseIfUnused() {
    UpstreamTlsContext tls = plan.tlsContext();
    if (closed && users == 0 && !released) {
      released = true;
      if (tls != null) {
        tls.release();
      }
    }
  }

  public UpstreamPlan plan() {
    return plan;
  }

  UpstreamLoop loop() {
    return loop;
  }

  /**
   * Gets a connection for one HTTP exchange: an idle one at once, within this call, or a new one
   * later. An endpoint that cannot be connected or fails its handshake is followed by the next,
   * within {@code limits.upstreamAttempts}.
   *
   * @param requestHost the host of the request, for upstreams whose server name follows it
   * @param fresh whether an idle connection will not do, because one has just proved dead
   */
  public void acquire(String requestHost, boolean fresh, Acquirer acquirer) {
    assert loop.eventLoop().inEventLoop();
    int first = nextTurn();
    if (!fresh) {
      UpstreamConnection idle = lanes[first].takeIdle(requestHost);
      if (idle != null) {
        loop.observer().upstreamReused(plan.name());
        acquirer.acquired(idle);
        return;
      }
    }
    new Attempts(first, requestHost, acquirer).next(null);
  }

  /** Connects to the endpoint whose turn it is, without TLS or HTTP, for passthrough. */
  public void connectRaw(RawAcquirer acquirer) {
    assert loop.eventLoop().inEventLoop();
    new Attempts(nextTurn(), "", new RawAdapter(acquirer)).next(null);
  }

  /** Closes what is idle; what is in use is closed when it comes back. */
  public void close() {
    closed = true;
    for (Lane lane : lanes) {
      lane.closeIdle();
    }
    releaseIfUnused();
  }

  /** Closes the pool for good: from here on every acquisition fails. */
  public void stop() {
    stopped = true;
    close();
  }

  void giveBack(UpstreamConnection connection) {
    EndpointPlan endpoint = connection.lane().endpoint();
    boolean tooOld =
        System.nanoTime() - connection.openedAtNanos() >= timeouts.upstreamAge().toNanos();
    if (closed
        || tooOld
        || connection.lane().isRetired()
        || endpoint.idle().get() >= limits.upstreamIdleConnections()) {
      connection.discard();
      return;
    }
    connection.lane().putIdle(connection);
    connection.idleDeadline().setNanos(timeouts.upstreamIdle().toNanos());
  }

  /** The endpoint whose turn it is; one that failed just now is passed over if another is left. */
  private int nextTurn() {
    if (lanes.length == 1) {
      return 0;
    }
    for (int tried = 0; tried < lanes.length; tried++) {
      turn = turn + 1 >= lanes.length ? 0 : turn + 1;
      if (lanes[turn].isUsable()) {
        return turn;
      }
    }
    turn = turn + 1 >= lanes.length ? 0 : turn + 1;
    return turn;
  }

  /** The one who asked for a connection; exactly one of the calls follows. */
  public interface Acquirer {
    void acquired(UpstreamConnection connection);

    void notAcquired(Failure failure);
  }

  /** The one who asked for a bare connection; exactly one of the calls follows. */
  public interface RawAcquirer {
    void connected(Channel channel, String endpoint);

    void notConnected(Failure failure);
  }

  private record RawAdapter(RawAcquirer target) implements Acquirer {
    @Override
    public void acquired(UpstreamConnection connection) {
      throw new IllegalStateException("a raw connection has no HTTP");
    }

    @Override
    public void notAcquired(Failure failure) {
      target.notConnected(failure);
    }
  }

  /** The tries of one acquisition. */
  private final class Attempts implements UpstreamConnector.Result {
    private final String requestHost;
    private final Acquirer acquirer;
    private final Lane[] lanes = UpstreamPool.this.lanes;
    private final int most = Math.max(1, Math.min(limits.upstreamAttempts(), lanes.length));
    private int laneIndex;
    private int made;

    Attempts(int firstLane, String requestHost, Acquirer acquirer) {
      this.laneIndex = firstLane;
      this.requestHost = requestHost;
      this.acquirer = acquirer;
      enter();
    }

    private void failed(Failure failure) {
      acquirer.notAcquired(failure);
      leave();
    }

    void next(@Nullable Failure last) {
      if (stopped) {
        // Open connections are closed once; nobody would close one that is made later.
        failed(new Failure.Overloaded("runtime", "the proxy has stopped"));
        return;
      }
      if (made == most && last != null) {
        failed(last);
        return;
      }
      if (last != null) {
        loop.observer().upstreamRetried(plan.name(), Retry.OTHER_ENDPOINT);
      }
      Lane lane = lanes[(laneIndex + made) % lanes.length];
      made++;
      EndpointPlan endpoint = lane.endpoint();
      if (endpoint.open().incrementAndGet() > limits.upstreamConnections()) {
        int open = endpoint.open().decrementAndGet();
        loop.observer().limitReached("limits.upstreamConnections");
        String state = "upstream=%s, endpoint=%s, open=%d, idle=%d, limit=%d"
            .formatted(
                plan.name(),
                endpoint.text(),
                open,
                endpoint.idle().get(),
                limits.upstreamConnections());
        next(new Failure.Overloaded("limits.upstreamConnections", state));
        return;
      }
      PeerNames names = plan.peerNames(endpoint, requestHost);
      connector.connect(endpoint, names, this);
    }

    @Override
    public void connected(Channel channel, EndpointPlan endpoint) {
      channel.closeFuture().addListener(ignored -> endpoint.open().decrementAndGet());
      lanes[(laneIndex + made - 1) % lanes.length].connectSucceeded();
      if (acquirer instanceof RawAdapter(RawAcquirer target)) {
        target.connected(channel, endpoint.text());
        leave();
        return;
      }
      Lane lane = lanes[(laneIndex + made - 1) % lanes.length];
      ResponseDecoder decoder = new ResponseDecoder(limits);
      UpstreamConnection connection =
          new UpstreamConnection(UpstreamPool.this, lane, channel, decoder, requestHost);
      // The decoder comes only now, after the handshake: what an upstream sends before it must
      // never be read as a response. No further constraint: encoder and decoder are independent.
      channel.pipeline().addLast(decoder, new RequestEncoder(), connection);
      channel.config().setAutoRead(true);
      acquirer.acquired(connection);
      leave();
    }

    @Override
    public void notConnected(Failure failure, EndpointPlan endpoint) {
      endpoint.open().decrementAndGet();
      lanes[(laneIndex + made - 1) % lanes.length].connectFailed();
      loop.observer().upstreamConnectFailed(plan.name(), endpoint.text(), failure);
      boolean ownFault = failure instanceof Failure.ConnectFailed connect
          && connect.fault() == ConnectFault.OUT_OF_RESOURCES;
      if (ownFault) {
        failed(failure);
      } else {
        next(failure);
      }
    }
  }

  /** The idle connections to one endpoint. */
  static final class Lane {
    private final EndpointPlan endpoint;
    private final ArrayDeque<UpstreamConnection> idle = new ArrayDeque<>();
    private final @Nullable Map<String, ArrayDeque<UpstreamConnection>> idleByHost;
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

    void connectSucceeded() {
      failures = 0;
    }

    void connectFailed() {
      failures = Math.min(failures + 1, MOST_COUNTED_FAILURES);
      retryAtNanos = System.nanoTime() + (FIRST_REST_NANOS << (failures - 1));
    }

    /** Whether the last try to connect worked, none was made, or it is time for another. */
    boolean isUsable() {
      return failures == 0 || System.nanoTime() - retryAtNanos >= 0;
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
  }
}
