package io.reseal.core;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.reseal.config.HostPort;
import io.reseal.config.Listener;
import io.reseal.config.Location;
import io.reseal.config.Problem;
import io.reseal.config.ProxyConfig;
import io.reseal.core.failure.Refusal;
import io.reseal.core.listener.Admission;
import io.reseal.core.listener.InheritedSockets;
import io.reseal.core.listener.ListenerPlan;
import io.reseal.core.listener.ListenerSockets;
import io.reseal.core.listener.ListeningSocket;
import io.reseal.core.listener.Transport;
import io.reseal.core.loop.Deadlines;
import io.reseal.core.loop.LoopFlusher;
import io.reseal.core.loop.LoopLag;
import io.reseal.core.observe.DataPlaneObserver;
import io.reseal.core.observe.ObserverList;
import io.reseal.core.pipeline.OpenConnections;
import io.reseal.core.pipeline.PipelineAssembler;
import io.reseal.core.pipeline.UnassembledHandler;
import io.reseal.core.snapshot.ListenerAddress;
import io.reseal.core.snapshot.ListenerTable;
import io.reseal.core.snapshot.LoopState;
import io.reseal.core.snapshot.Snapshot;
import io.reseal.core.snapshot.SnapshotCompiler;
import io.reseal.core.tls.UpstreamTlsContext;
import io.reseal.core.upstream.EndpointResolver;
import io.reseal.core.upstream.UpstreamLoop;
import io.reseal.core.upstream.UpstreamPlan;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The data plane: event loops, the listeners on them, and the snapshot they serve. Started once,
 * drained or closed once; thread-safe.
 */
public final class DataPlane implements AutoCloseable {
  /** How long work under way may take where nobody says otherwise. */
  public static final Duration DEFAULT_GRACE = Duration.ofSeconds(30);

  private static final long DRAIN_POLL_MILLIS = 20;
  private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long CLOSE_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final int WRITE_LOW_BYTES = 64 << 10;
  private static final int WRITE_HIGH_BYTES = 128 << 10;

  private final Transport transport;
  private final List<LoopPart> parts;
  private final ListenerSockets listeners;
  private final DataPlaneObserver observer;
  private volatile Snapshot snapshot;
  private volatile Map<String, Admission> admissions;
  private volatile boolean draining;
  private volatile boolean cut;
  private boolean closed;

  private DataPlane(
      Transport transport,
      List<LoopPart> parts,
      Snapshot snapshot,
      ListenerSockets listeners,
      Map<String, Admission> admissions,
      DataPlaneObserver observer) {
    this.transport = transport;
    this.parts = parts;
    this.snapshot = snapshot;
    this.listeners = listeners;
    this.admissions = admissions;
    this.observer = observer;
  }

  /**
   * Compiles a configuration and binds its listeners, all or nothing.
   *
   * @throws StartException with every reason: a port in use, a setting that the TLS library or the
   *     transport refuses
   */
  public static DataPlane start(ProxyConfig config, DataPlaneObserver observer)
      throws StartException {
    return start(config, observer, InheritedSockets.none(), DEFAULT_GRACE);
  }

  /**
   * The same with the listening sockets of a predecessor, which are taken where an address is wanted.
   *
   * @param grace how long a connection may take to end its work that a change of the configuration
   *     would not let in any more; what is left then is cut
   * @throws StartException with every reason
   */
  public static DataPlane start(
      ProxyConfig config, DataPlaneObserver told, InheritedSockets inherited, Duration grace)
      throws StartException {
    DataPlaneObserver observer = ObserverList.around(told);
    Snapshot snapshot = compile(config, null);
    Transport transport = null;
    List<LoopPart> parts = List.of();
    try {
      transport = Transport.open(config.runtime());
      parts = parts(transport, snapshot, observer, grace);
      Map<String, Admission> admissions = admissions(config, Map.of(), snapshot);
      ListenerSockets listeners = new ListenerSockets(transport);
      ListenerSockets.Change change =
          prepare(listeners, plans(config, admissions, parts, observer), inherited);
      change.commit();
      change.open();
      return new DataPlane(transport, parts, snapshot, listeners, admissions, observer);
    } catch (StartException | RuntimeException failed) {
      onEvery(parts, LoopPart::stop);
      if (transport != null) {
        transport.close();
      }
      snapshot.release();
      throw failed instanceof StartException start ? start : refused(failed);
    }
  }

  /**
   * Takes up another configuration while traffic flows, all or nothing. Exchanges under way finish
   * with the one they started with, the next request of an open connection takes the new one, and a
   * connection that would not be let in any more is drained, and cut when the grace is over: upgraded
   * ones too. Blocks; never called by an event loop.
   *
   * <p>Settings of the runtime stay those of the start, whatever is asked for.
   *
   * @throws StartException with every reason; the configuration before serves on
   */
  public synchronized void publish(ProxyConfig config) throws StartException {
    if (draining) {
      throw refused(new IllegalStateException("the proxy is ending; nothing is changed any more"));
    }
    Snapshot before = snapshot;
    ProxyConfig asked = config.withRuntime(before.config().runtime());
    Snapshot next = compile(asked, before);
    Map<String, Admission> nextAdmissions = admissions(asked, admissions, before);
    ListenerSockets.Change change;
    try {
      change = prepare(
          listeners, plans(asked, nextAdmissions, parts, observer), InheritedSockets.none());
    } catch (StartException | RuntimeException failed) {
      next.release();
      throw failed instanceof StartException start ? start : refused(failed);
    }
    asked
        .listeners()
        .forEach(each -> Objects.requireNonNull(nextAdmissions.get(each.name())).configure(each));
    change.commit();
    onEveryLoop(part -> {
      part.state().publish(next);
      part.open().drainUnlessAdmitted(next);
    });
    snapshot = next;
    admissions = nextAdmissions;
    change.open();
    before.release();
  }

  /** A listener goes on with its count, also under another name. */
  private static Map<String, Admission> admissions(
      ProxyConfig config, Map<String, Admission> known, Snapshot before) {
    Map<String, Admission> nameless = new HashMap<>(known);
    config.listeners().forEach(each -> nameless.remove(each.name()));
    Map<String, Admission> admissions = new LinkedHashMap<>();
    for (Listener listener : config.listeners()) {
      Admission same = known.get(listener.name());
      ListenerTable table = before.before(listener);
      if (same == null && table != null) {
        same = nameless.remove(table.config().name());
      }
      admissions.put(listener.name(), same == null ? new Admission(listener) : same);
    }
    return admissions;
  }

  private static Snapshot compile(ProxyConfig config, @Nullable Snapshot before)
      throws StartException {
    try {
      return SnapshotCompiler.compile(config, before);
    } catch (RuntimeException refusedByLibrary) {
      throw refused(refusedByLibrary);
    }
  }

  private static StartException refused(Throwable cause) {
    String what = String.valueOf(cause.getMessage());
    return new StartException(
        List.of(new Problem(new Location("start", 0, 0, ""), what, "", "", "")));
  }

  private static List<LoopPart> parts(
      Transport transport, Snapshot snapshot, DataPlaneObserver observer, Duration grace) {
    List<LoopPart> parts = new ArrayList<>();
    for (EventLoop loop : transport.loops()) {
      Deadlines deadlines = new Deadlines(loop);
      OpenConnections open = new OpenConnections(deadlines, grace);
      EndpointResolver resolver = new EndpointResolver(
          loop,
          transport.datagramChannel(),
          snapshot.config().timeouts().resolve(),
          /* servers= */ null);
      UpstreamLoop upstreamLoop = new UpstreamLoop(
          loop,
          deadlines,
          new LoopFlusher(loop),
          resolver,
          observer,
          clientBootstrap(transport, loop, open));
      LoopState state = new LoopState(upstreamLoop, parts.size(), snapshot);
      int index = parts.size();
      LoopLag.watch(loop, nanos -> observer.loopLag(index, nanos));
      parts.add(new LoopPart(loop, state, resolver, open));
    }
    return parts;
  }

  static Bootstrap clientBootstrap(Transport transport, EventLoop loop, OpenConnections open) {
    return new Bootstrap()
        .group(loop)
        .channel(transport.clientChannel())
        .option(ChannelOption.TCP_NODELAY, true)
        // Reading starts when somebody is there to read.
        .option(ChannelOption.AUTO_READ, false)
        // A failed write is no reason to lose what the upstream has already answered.
        .option(ChannelOption.AUTO_CLOSE, false)
        .option(
            ChannelOption.WRITE_BUFFER_WATER_MARK,
            new WriteBufferWaterMark(WRITE_LOW_BYTES, WRITE_HIGH_BYTES))
        .handler(new UnassembledHandler(open));
  }

  private static List<ListenerPlan> plans(
      ProxyConfig config,
      Map<String, Admission> admissions,
      List<LoopPart> parts,
      DataPlaneObserver observer) {
    List<ListenerPlan> plans = new ArrayList<>();
    for (Listener listener : config.listeners()) {
      Map<HostPort, List<Consumer<Channel>>> acceptors = new HashMap<>();
      for (HostPort address : listener.addresses()) {
        acceptors.put(
            address, acceptors(new ListenerAddress(listener.name(), address), parts, observer));
      }
      plans.add(new ListenerPlan(
          listener,
          Objects.requireNonNull(admissions.get(listener.name())),
          acceptors,
          (peer, verdict) -> observer.connectionRefused(
              listener.name(), peer, refusal(listener.name(), verdict))));
    }
    return plans;
  }

  private static List<Consumer<Channel>> acceptors(
      ListenerAddress at, List<LoopPart> parts, DataPlaneObserver observer) {
    List<Consumer<Channel>> acceptors = new ArrayList<>();
    for (LoopPart part : parts) {
      PipelineAssembler assembler = new PipelineAssembler(part.state(), at, observer, part.open());
      acceptors.add(assembler::accepted);
    }
    return acceptors;
  }

  private static ListenerSockets.Change prepare(
      ListenerSockets listeners, List<ListenerPlan> plans, InheritedSockets inherited)
      throws StartException {
    List<Problem> problems = new ArrayList<>();
    ListenerSockets.Change change = listeners.prepare(plans, inherited, problems);
    if (!problems.isEmpty()) {
      throw new StartException(problems);
    }
    return change;
  }

  private static Refusal refusal(String listener, Admission.Verdict verdict) {
    String limit =
        verdict == Admission.Verdict.SOURCE_FULL ? "maxConnectionsPerSource" : "maxConnections";
    return new Refusal(
        verdict.name().toLowerCase(Locale.ROOT),
        limit + " is reached",
        "Raise " + limit + " of listener \"" + listener
            + "\" if so many connections are meant to be.");
  }

  /** The addresses bound, by listener name; a port of 0 is replaced by the real one. */
  public Map<String, List<InetSocketAddress>> addresses() {
    return Map.copyOf(listeners.addresses());
  }

  /**
   * The listening sockets, for a successor. Their descriptors are good until the next change or
   * drain; nothing else may go on meanwhile.
   *
   * @throws UnsupportedOperationException with a transport other than epoll
   */
  public List<ListeningSocket> listeningSockets() {
    return listeners.sockets();
  }

  /** The open connections of each listener's clients, by its name. */
  public Map<String, Integer> clientConnections() {
    Map<String, Integer> open = new LinkedHashMap<>();
    admissions.forEach((listener, admission) -> open.put(listener, admission.open()));
    return open;
  }

  /** How every upstream in use stands. */
  public List<UpstreamStatus> upstreams() {
    return snapshot.upstreams().stream().map(DataPlane::status).toList();
  }

  private static UpstreamStatus status(UpstreamPlan plan) {
    UpstreamTlsContext tls = plan.tlsContext();
    return new UpstreamStatus(
        plan.name(),
        plan.protection().name().toLowerCase(Locale.ROOT),
        tls != null && tls.verified(),
        plan.endpoints().stream()
            .map(each -> new UpstreamStatus.EndpointStatus(
                each.text(), each.openConnections(), each.idleConnections()))
            .toList());
  }

  /** Whether a drain has begun, or everything is closed: no new connection is taken. */
  public boolean isDraining() {
    return draining;
  }

  /** The configuration that serves. */
  public ProxyConfig config() {
    return snapshot.config();
  }

  /** The transport in use, as the configuration spells it. */
  public String transport() {
    return transport.name();
  }

  /** Stops accepting, and asks every connection to end after the work under way. */
  public synchronized void beginDrain() {
    draining = true;
    listeners.close();
    onEveryLoop(part -> part.open().drain());
  }

  /**
   * Stops accepting, lets the work under way finish and closes.
   *
   * @param grace how long the work may take; what is left then is cut
   * @return how many connections were cut
   */
  public int drain(Duration grace) {
    beginDrain();
    long deadline = System.nanoTime() + grace.toNanos();
    int left = openConnections();
    while (left > 0 && !cut && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(DRAIN_POLL_MILLIS));
      left = openConnections();
    }
    close();
    return left;
  }

  /** Ends the grace of a {@link #drain} that is under way, or is still to come. */
  public void cut() {
    cut = true;
  }

  /** Closes everything at once. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    draining = true;
    listeners.close();
    onEveryLoop(LoopPart::stop);
    awaitClosed();
    transport.close();
    snapshot.release();
  }

  /** Closing takes more than one turn of the loop where the kernel works on the buffers. */
  private void awaitClosed() {
    long deadline = System.nanoTime() + CLOSE_NANOS;
    while (count(OpenConnections::bothSides) > 0 && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(CLOSE_POLL_NANOS);
    }
    // What a close leaves to a later task, as to release a TLS engine, comes before this one.
    onEveryLoop(part -> {});
  }

  private int openConnections() {
    return count(OpenConnections::size);
  }

  private int count(ToIntFunction<OpenConnections> counted) {
    AtomicInteger sum = new AtomicInteger();
    onEveryLoop(part -> sum.addAndGet(counted.applyAsInt(part.open())));
    return sum.get();
  }

  private void onEveryLoop(Consumer<LoopPart> task) {
    onEvery(parts, task);
  }

  private static void onEvery(List<LoopPart> parts, Consumer<LoopPart> task) {
    for (LoopPart part : parts) {
      part.loop().submit(() -> task.accept(part)).syncUninterruptibly();
    }
  }

  /** What belongs to one event loop. */
  private record LoopPart(
      EventLoop loop, LoopState state, EndpointResolver resolver, OpenConnections open) {

    /** Closes everything; on the loop. */
    void stop() {
      state.stop();
      open.closeAll();
      resolver.close();
    }
  }
}
