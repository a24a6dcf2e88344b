package io.reseal.core.upstream;

import io.netty.channel.Channel;
import io.reseal.config.Limits;
import io.reseal.config.Timeouts;
import io.reseal.core.failure.Failure;
import io.reseal.core.failure.Failure.ConnectFault;
import io.reseal.core.loop.Deadlines.Deadline;
import io.reseal.core.observe.DataPlaneObserver.Retry;
import io.reseal.core.observe.UpstreamFacts;
import io.reseal.core.tls.PeerNames;
import io.reseal.core.tls.UpstreamTlsContext;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop to one upstream. Endpoints take turns; an idle connection to
 * the endpoint whose turn it is, used last, is taken before a new one is made. When {@code
 * limits.upstreamConnecting} are being made already, an acquisition waits, first come first served,
 * for one that comes back or for its turn to make one: a handshake needs more memory and time than
 * a request, and a burst of requests can mostly share the connections that the first of them made.
 *
 * <p>Confined to its event loop; the limits on open and idle connections hold for the process and
 * are counted in the {@link EndpointPlan}.
 */
public final class UpstreamPool {
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
    if (next == plan && nextLimits.equals(limits) && nextTimeouts.equals(timeouts)) {
      return;
    }
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
    new Attempts(first, requestHost, fresh, acquirer).next(null);
  }

  /** Connects to the endpoint whose turn it is, without TLS or HTTP, for passthrough. */
  public void connectRaw(RawAcquirer acquirer) {
    assert loop.eventLoop().inEventLoop();
    new Attempts(nextTurn(), "", /* fresh= */ true, new RawAdapter(acquirer)).next(null);
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
    for (Lane lane : lanes) {
      serve(lane);
    }
  }

  void giveBack(UpstreamConnection connection) {
    EndpointPlan endpoint = connection.lane().endpoint();
    boolean tooOld =
        System.nanoTime() - connection.openedAtNanos() >= timeouts.upstreamAge().toNanos();
    if (closed || tooOld || connection.lane().isRetired()) {
      connection.discard();
      return;
    }
    if (endpoint.idle().get() >= limits.upstreamIdleConnections()
        && connection.lane().waiters().isEmpty()) {
      loop.observer().limitReached("limits.upstreamIdleConnections");
      connection.discard();
      return;
    }
    connection.lane().putIdle(connection);
    connection.idleDeadline().setNanos(timeouts.upstreamIdle().toNanos());
    serveLater(connection.lane());
  }

  /**
   * Lets those who wait have what has come free, after this turn of the loop: at once would nest a
   * call for each of them.
   */
  private void serveLater(Lane lane) {
    if (lane.callsForServing()) {
      loop.eventLoop().execute(() -> serve(lane));
    }
  }

  private static void serve(Lane lane) {
    lane.serving();
    Lane.Waiter first = lane.waiters().peekFirst();
    while (first != null && first.serve()) {
      first = lane.waiters().peekFirst();
    }
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
    /** Whether a connection is still of use. One is made for nobody who has left. */
    boolean isWanted();

    void acquired(UpstreamConnection connection);

    void notAcquired(Failure failure);
  }

  /** The one who asked for a bare connection; exactly one of the calls follows. */
  public interface RawAcquirer {
    void connected(Channel channel, UpstreamFacts facts);

    void notConnected(Failure failure);
  }

  private record RawAdapter(RawAcquirer target) implements Acquirer {
    @Override
    public boolean isWanted() {
      return true;
    }

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
  private final class Attempts implements UpstreamConnector.Result, Lane.Waiter {
    private final String requestHost;
    private final boolean fresh;
    private final Acquirer acquirer;
    private final Lane[] lanes = UpstreamPool.this.lanes;
    private final int most = Math.max(1, Math.min(limits.upstreamAttempts(), lanes.length));
    private int laneIndex;
    private int made;
    private @Nullable Deadline waitsUntil;

    Attempts(int firstLane, String requestHost, boolean fresh, Acquirer acquirer) {
      this.laneIndex = firstLane;
      this.requestHost = requestHost;
      this.fresh = fresh;
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
        if (most < lanes.length) {
          loop.observer().limitReached("limits.upstreamAttempts");
        }
        failed(last);
        return;
      }
      if (!acquirer.isWanted()) {
        failed(gone());
        return;
      }
      if (last != null) {
        loop.observer().upstreamRetried(plan.name(), Retry.OTHER_ENDPOINT);
      }
      made++;
      boolean mayStart = lane().connecting() < limits.upstreamConnecting();
      if (mayStart || acquirer instanceof RawAdapter) {
        start();
      } else {
        await();
      }
    }

    private static Failure gone() {
      return new Failure.ClientGone("left before a connection was made for it");
    }

    /** The one that is being tried. */
    private Lane lane() {
      return lanes[(laneIndex + made - 1) % lanes.length];
    }

    private void start() {
      Lane lane = lane();
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
      lane.connectStarted();
      connector.connect(endpoint, names, this);
    }

    private void await() {
      waitsUntil = loop.deadlines().register(this::waitedTooLong);
      waitsUntil.setNanos(timeouts.connect().toNanos());
      lane().waiters().add(this);
    }

    /** What kept the others from connecting is the better reason where there is one. */
    private void waitedTooLong() {
      Lane lane = lane();
      int waiting = lane.waiters().size();
      lane.waiters().remove(this);
      endWait();
      if (!acquirer.isWanted()) {
        failed(gone());
        return;
      }
      Failure failure = lane.lastFailure();
      if (failure == null) {
        loop.observer().limitReached("limits.upstreamConnecting");
        String state = "upstream=%s, endpoint=%s, waited=%d ms, connecting=%d, waiting=%d, limit=%d"
            .formatted(
                plan.name(),
                lane.endpoint().text(),
                timeouts.connect().toMillis(),
                lane.connecting(),
                waiting,
                limits.upstreamConnecting());
        failure = new Failure.Overloaded("limits.upstreamConnecting", state);
      }
      next(failure);
    }

    private void endWait() {
      if (waitsUntil != null) {
        waitsUntil.remove();
        waitsUntil = null;
      }
    }

    @Override
    public boolean serve() {
      Lane lane = lane();
      if (!acquirer.isWanted()) {
        lane.waiters().remove(this);
        endWait();
        failed(gone());
        return true;
      }
      UpstreamConnection idle = fresh || stopped ? null : lane.takeIdle(requestHost);
      Failure failure = made < most ? lane.lastFailure() : null;
      if (idle == null
          && failure == null
          && !stopped
          && lane.connecting() >= limits.upstreamConnecting()) {
        return false;
      }
      lane.waiters().remove(this);
      endWait();
      if (idle != null) {
        loop.observer().upstreamReused(plan.name());
        acquirer.acquired(idle);
        leave();
      } else if (failure != null || stopped) {
        next(failure);
      } else {
        start();
      }
      return true;
    }

    @Override
    public void connected(Channel channel, EndpointPlan endpoint, UpstreamFacts facts) {
      channel.closeFuture().addListener(ignored -> endpoint.open().decrementAndGet());
      Lane lane = lane();
      lane.connectSucceeded();
      serveLater(lane);
      if (acquirer instanceof RawAdapter(RawAcquirer target)) {
        target.connected(channel, facts);
        leave();
        return;
      }
      ResponseDecoder decoder = new ResponseDecoder(limits);
      UpstreamConnection connection =
          new UpstreamConnection(UpstreamPool.this, lane, channel, decoder, requestHost, facts);
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
      lane().connectFailed(failure);
      serveLater(lane());
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
}
