package io.reseal.core.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.reseal.config.Timeouts;
import io.reseal.core.failure.ErrorResponse;
import io.reseal.core.failure.Failure;
import io.reseal.core.failure.Failure.TimeoutPhase;
import io.reseal.core.failure.Failure.UpstreamFault;
import io.reseal.core.failure.FailurePolicy;
import io.reseal.core.http.RequestHead;
import io.reseal.core.http.RequestHead.Framing;
import io.reseal.core.http.ResponseHead;
import io.reseal.core.http.ResponseRules;
import io.reseal.core.http.UpstreamRequest;
import io.reseal.core.loop.Deadlines.Deadline;
import io.reseal.core.observe.DataPlaneObserver.Retry;
import io.reseal.core.observe.ExchangeRecord;
import io.reseal.core.observe.UpstreamFacts;
import io.reseal.core.snapshot.LoopState;
import io.reseal.core.snapshot.RoutePlan;
import io.reseal.core.snapshot.RoutingDecision;
import io.reseal.core.snapshot.Snapshot;
import io.reseal.core.upstream.ResponseListener;
import io.reseal.core.upstream.UpstreamConnection;
import io.reseal.core.upstream.UpstreamPool;
import java.time.Duration;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * One request and its response, from a valid head to the end of both. Routes with the snapshot of
 * the moment it starts, asks the pool for a connection, relays both bodies with backpressure, and
 * turns every {@link Failure} into what the client is told.
 *
 * <p>Confined to the event loop of its client's connection. Each public method names the side that
 * calls it. Once the state is {@link State#ENDED} every call is ignored, and buffers are released.
 */
public final class Exchange implements ResponseListener, UpstreamPool.Acquirer {

  /** How far the exchange has come. */
  enum State {
    /** Waiting for a connection to the upstream. */
    CONNECTING,
    /** The request is on its way; nothing final has come back. */
    REQUESTING,
    /** The final response head was passed on. */
    RESPONDING,
    /** Over; nothing more happens. */
    ENDED
  }

  /** A response may be announced so often before an upstream counts as broken. */
  private static final int MOST_INFORMATIONAL = 100;

  private final ClientConnection client;
  private final RequestHead request;
  private final Downstream downstream;
  private final LoopState loop;
  private final Snapshot snapshot;
  private final Timeouts timeouts;
  private final @Nullable Journal journal;
  private final long startedAtNanos = System.nanoTime();
  private final Deadline deadline;

  private State state = State.CONNECTING;
  private String route = "";
  private @Nullable UpstreamPool pool;
  private @Nullable UpstreamConnection upstream;
  private UpstreamFacts connectionFacts = UpstreamFacts.NONE;
  private boolean reused;
  private @Nullable ArrayDeque<ByteBuf> waitingBody;
  private HttpHeaders requestTrailers = EmptyHttpHeaders.INSTANCE;
  private @Nullable ResponseHead switching;
  private @Nullable ResponseHead bodilessHead;
  private boolean requestEnded;
  private boolean replayed;
  private boolean responseStalled;
  private int owedCredit;
  private int informational;
  private int status;
  private long requestBytes;
  private long responseBytes;

  /**
   * @param request a head that {@code CanonicalRequest} has passed, or one that is about to be
   *     refused with {@link #refuse}
   */
  public Exchange(ClientConnection client, RequestHead request, Downstream downstream) {
    this.client = client;
    this.request = request;
    this.downstream = downstream;
    this.loop = client.loop();
    this.snapshot = loop.snapshot();
    this.timeouts = snapshot.config().timeouts();
    this.journal = snapshot.isJournalled() || client.debugWatch().isOn()
        ? new Journal(client, request, snapshot.config().tracing())
        : null;
    this.deadline = loop.deadlines().register(this::timedOut);
  }

  // ---- called by the client's side

  /** Routes the request and sets it on its way. A request without a body is complete here. */
  public void start() {
    assert loop.eventLoop().inEventLoop();
    requestEnded = request.framing() == Framing.NONE;
    RoutingDecision decision = Snapshot.route(
        snapshot.listener(client.at()),
        client.serverName(),
        client.policyGroup(),
        client.proven(),
        request.host(),
        request.routingPath());
    switch (decision) {
      case RoutingDecision.NotServed why -> {
        routed("");
        fail(
            why.isMisdirected()
                ? new Failure.Misdirected(client.serverName(), request.host())
                : new Failure.NoRoute(request.host(), request.path()));
      }
      case RoutePlan.Redirect redirect -> redirect(redirect);
      case RoutePlan.Forward forward -> {
        routed(forward.name());
        UpstreamPool chosen = loop.pool(forward.upstream());
        pool = chosen;
        chosen.enter();
        chosen.acquire(request.host(), /* fresh= */ false, this);
      }
    }
  }

  private void routed(String name) {
    route = name;
    if (journal != null) {
      journal.routed(name);
    }
  }

  /** Answers a request that must not be routed. */
  public void refuse(Failure failure) {
    routed("");
    requestEnded = request.framing() == Framing.NONE;
    fail(failure);
  }

  /** Takes over a piece of the request body. */
  public void requestBody(ByteBuf content) {
    int bytes = content.readableBytes();
    if (state == State.ENDED) {
      content.release();
      downstream.bodyTaken(bytes);
      return;
    }
    requestBytes += bytes;
    if (requestBytes > snapshot.config().limits().requestBodyBytes()) {
      content.release();
      downstream.bodyTaken(bytes);
      fail(bodyTooLarge());
      return;
    }
    if (upstream == null) {
      if (waitingBody == null) {
        waitingBody = new ArrayDeque<>(4);
      }
      waitingBody.add(content);
      downstream.readBody(false);
      return;
    }
    sendBody(upstream, content, bytes);
  }

  private Failure bodyTooLarge() {
    return new Failure.RequestRejected(
        413,
        "body-too-large",
        "request body of more than "
            + snapshot.config().limits().requestBodyBytes()
            + " bytes (limits.requestBodyBytes)");
  }

  /** The request body is complete. */
  public void requestEnded(HttpHeaders trailers) {
    if (state == State.ENDED || requestEnded) {
      return;
    }
    requestEnded = true;
    requestTrailers = trailers;
    if (upstream != null) {
      upstream.sendEnd(trailers);
      armForUpstream();
    }
  }

  /** The client went away, or broke its request off; nobody is left to answer. */
  public void clientGone(String detail) {
    abandon(new Failure.ClientGone(detail));
  }

  /** The client's connection is lost for this reason; nobody is left to answer. */
  public void abandon(Failure failure) {
    if (state == State.ENDED) {
      return;
    }
    loseUpstream();
    ended(/* complete= */ false, failure, id());
  }

  /** The client's request turned out broken after its head. */
  public void requestBroken(Failure failure) {
    if (state != State.ENDED) {
      fail(failure);
    }
  }

  /** The client can take more of the response. */
  public void downstreamWritable() {
    if (responseStalled && upstream != null && downstream.isWritable()) {
      responseStalled = false;
      upstream.readResponse(true);
      armForBodies();
    }
  }

  public boolean isEnded() {
    return state == State.ENDED;
  }

  /** Whether the whole request has arrived. */
  public boolean isRequestEnded() {
    return requestEnded;
  }

  public RequestHead request() {
    return request;
  }

  /** The name of the route taken; empty for none. */
  public String route() {
    return route;
  }

  /** The name of the upstream asked; empty for none. */
  public String upstreamName() {
    return pool == null ? "" : pool.plan().name();
  }

  /** What finds the exchange in logs; empty where nobody asked for it. */
  public String id() {
    return journal == null ? "" : journal.id();
  }

  // ---- called by the pool

  @Override
  public boolean isWanted() {
    return state != State.ENDED;
  }

  @Override
  public void acquired(UpstreamConnection connection) {
    if (state == State.ENDED) {
      connection.releaseUnused();
      return;
    }
    upstream = connection;
    connectionFacts = connection.facts();
    reused = connection.isReused();
    state = State.REQUESTING;
    boolean bodyFollows = request.framing() != Framing.NONE;
    HttpRequest outbound = UpstreamRequest.of(request, client.edge());
    if (journal != null) {
      // A pooled connection is handed over within the call that asks for it, mostly; the wait for
      // one that came back in a burst is not told apart here.
      journal.connected(connectionFacts, reused, reused ? startedAtNanos : System.nanoTime());
      journal.mark(outbound);
    }
    connection.send(outbound, !bodyFollows, this);
    if (bodyFollows) {
      sendWaitingBody(connection);
    }
    if (state == State.REQUESTING) {
      if (requestEnded) {
        armForUpstream();
      } else {
        armForBodies();
      }
    }
  }

  @Override
  public void notAcquired(Failure failure) {
    if (state != State.ENDED) {
      fail(failure);
    }
  }

  // ---- called by the upstream's connection

  @Override
  public void responseHead(HttpResponse head) {
    UpstreamConnection connection = upstream;
    if (state == State.ENDED || connection == null) {
      return;
    }
    if (journal != null) {
      journal.responded(head);
    }
    int code = head.status().code();
    ResponseRules.Checked checked =
        ResponseRules.check(head, request, snapshot.config().limits());
    if (checked instanceof ResponseRules.Broken(UpstreamFault fault, String detail)) {
      fail(broken(fault, detail));
      return;
    }
    if (code == 101) {
      if (request.upgrade() == null || !downstream.maySwitch()) {
        fail(broken(UpstreamFault.UPGRADE_MISMATCH, "101 without a matching upgrade request"));
        return;
      }
      switching = ((ResponseRules.Usable) checked).head();
      return;
    }
    if (code < 200) {
      informational(((ResponseRules.Usable) checked).head());
      return;
    }
    finalHead(connection, (ResponseRules.Usable) checked);
  }

  private void informational(ResponseHead head) {
    informational++;
    if (informational > MOST_INFORMATIONAL) {
      fail(broken(UpstreamFault.INVALID_RESPONSE, "more than 100 informational responses"));
    } else if (request.version() != RequestHead.Version.HTTP_1_0) {
      downstream.writeInformational(head);
    }
  }

  private void finalHead(UpstreamConnection connection, ResponseRules.Usable response) {
    state = State.RESPONDING;
    status = response.head().status().code();
    if (response.untilClose()) {
      connection.expectUntilClose();
    }
    boolean end = response.head().isBodiless();
    if (!end) {
      downstream.writeHead(response.head(), /* end= */ false);
      armForBodies();
      return;
    }
    // The end of a response without a body is told with the head, so that one frame carries both;
    // the upstream's own end follows at once and finds the exchange over.
    bodilessHead = response.head();
  }

  @Override
  public void responseBody(ByteBuf content) {
    UpstreamConnection connection = upstream;
    if (state != State.RESPONDING || connection == null || bodilessHead != null) {
      content.release();
      return;
    }
    responseBytes += content.readableBytes();
    downstream.writeBody(content);
    if (!downstream.isWritable() && !responseStalled) {
      responseStalled = true;
      connection.readResponse(false);
    }
    armForBodies();
  }

  @Override
  public void responseEnded(HttpHeaders trailers) {
    UpstreamConnection connection = upstream;
    if (state != State.RESPONDING || connection == null) {
      return;
    }
    upstream = null;
    if (requestEnded) {
      connection.release();
    } else {
      connection.discard();
    }
    ResponseHead only = bodilessHead;
    ended(/* complete= */ true, null, "");
    if (only != null) {
      downstream.writeHead(only, /* end= */ true);
    } else {
      downstream.writeEnd(ResponseRules.trailers(trailers));
    }
  }

  @Override
  public void upgraded() {
    UpstreamConnection connection = upstream;
    String protocol = request.upgrade();
    ResponseHead head = switching;
    if (state != State.REQUESTING || connection == null || head == null || protocol == null) {
      return;
    }
    status = 101;
    upstream = null;
    ended(/* complete= */ true, null, "");
    downstream.switchProtocols(head, connection, protocol);
  }

  @Override
  public void upstreamWritable() {
    if (state == State.ENDED || upstream == null || requestEnded) {
      return;
    }
    creditClient();
    downstream.readBody(true);
    armForBodies();
  }

  @Override
  public void upstreamFailed(Failure failure, boolean responseBegun) {
    UpstreamConnection connection = upstream;
    upstream = null;
    if (state == State.ENDED || connection == null) {
      return;
    }
    UpstreamPool from = pool;
    if (connection.isReused() && !responseBegun && !replayed && mayReplay() && from != null) {
      // The upstream closed the idle connection while our request was on its way (RFC 9112
      // section 9.3.1 allows to send it again); a fresh one is not in that race.
      replayed = true;
      if (journal != null) {
        journal.connectionDied();
      }
      client.observer().upstreamRetried(from.plan().name(), Retry.DEAD_CONNECTION);
      state = State.CONNECTING;
      deadline.clear();
      from.acquire(request.host(), /* fresh= */ true, this);
      return;
    }
    fail(failure);
  }

  // ---- inside

  private boolean mayReplay() {
    return request.framing() == Framing.NONE && request.isIdempotent();
  }

  private void redirect(RoutePlan.Redirect redirect) {
    routed(redirect.name());
    if (request.host().isEmpty() && redirect.target().host().isEmpty()) {
      fail(new Failure.RequestRejected(
          400, "host", "no host to redirect to: HTTP/1.0 without Host"));
      return;
    }
    ResponseHead head = OwnResponses.redirect(request, redirect.target());
    status = head.status().code();
    ended(/* complete= */ true, null, "");
    downstream.writeHead(head, /* end= */ true);
  }

  private void sendWaitingBody(UpstreamConnection connection) {
    ArrayDeque<ByteBuf> waiting = waitingBody;
    waitingBody = null;
    if (waiting != null) {
      for (ByteBuf content : waiting) {
        sendBody(connection, content, content.readableBytes());
      }
    }
    if (requestEnded) {
      connection.sendEnd(requestTrailers);
    } else if (connection.isWritable()) {
      downstream.readBody(true);
    }
  }

  private void sendBody(UpstreamConnection connection, ByteBuf content, int bytes) {
    connection.sendBody(content);
    owedCredit += bytes;
    if (connection.isWritable()) {
      creditClient();
    } else {
      downstream.readBody(false);
    }
    armForBodies();
  }

  private void creditClient() {
    if (owedCredit > 0) {
      int credit = owedCredit;
      owedCredit = 0;
      downstream.bodyTaken(credit);
    }
  }

  private void armForUpstream() {
    if (state == State.REQUESTING) {
      deadline.setNanos(timeouts.responseHead().toNanos());
    }
  }

  private void armForBodies() {
    if (state != State.ENDED) {
      deadline.setNanos(timeouts.bodyIdle().toNanos());
    }
  }

  private void timedOut() {
    if (state == State.ENDED) {
      return;
    }
    fail(timeout());
  }

  private Failure timeout() {
    UpstreamConnection connection = upstream;
    String to = upstreamName();
    String endpoint = connectionFacts.endpoint();
    Duration bodyIdle = timeouts.bodyIdle();
    if (state == State.REQUESTING && requestEnded) {
      return new Failure.UpstreamTimedOut(
          TimeoutPhase.RESPONSE_HEAD, to, endpoint, timeouts.responseHead());
    }
    if (state == State.RESPONDING && responseStalled) {
      return new Failure.ClientGone(
          "took nothing of the response for " + bodyIdle.toMillis() + " ms");
    }
    if (state == State.RESPONDING) {
      return new Failure.UpstreamTimedOut(TimeoutPhase.RESPONSE_BODY, to, endpoint, bodyIdle);
    }
    if (connection != null && !connection.isWritable()) {
      return new Failure.UpstreamTimedOut(TimeoutPhase.REQUEST_BODY, to, endpoint, bodyIdle);
    }
    return new Failure.RequestRejected(
        408,
        "body-too-slow",
        "no byte of the request body for " + bodyIdle.toMillis() + " ms (timeouts.bodyIdle)");
  }

  private Failure broken(UpstreamFault fault, String detail) {
    return new Failure.UpstreamBroken(fault, upstreamName(), connectionFacts.endpoint(), detail);
  }

  private void fail(Failure failure) {
    loseUpstream();
    if (state == State.RESPONDING) {
      ended(/* complete= */ false, failure, id());
      downstream.breakOff(failure);
      return;
    }
    String errorId = journal == null ? RequestIds.next() : journal.id();
    String accept = String.join(",", request.fields().getAll(HttpHeaderNames.ACCEPT));
    boolean details = client.seesDetails(request, snapshot);
    ErrorResponse error = FailurePolicy.render(failure, accept, details, errorId);
    status = error.status();
    boolean bodiless = request.method().equals("HEAD");
    responseBytes = bodiless ? 0 : error.body().length;
    ended(/* complete= */ true, failure, errorId);
    downstream.writeHead(OwnResponses.error(error, bodiless), bodiless);
    if (!bodiless) {
      downstream.writeBody(Unpooled.wrappedBuffer(error.body()));
      downstream.writeEnd(EmptyHttpHeaders.INSTANCE);
    }
  }

  private void loseUpstream() {
    UpstreamConnection connection = upstream;
    upstream = null;
    if (connection != null) {
      connection.discard();
    }
    if (waitingBody != null) {
      for (ByteBuf content : waitingBody) {
        owedCredit += content.readableBytes();
        content.release();
      }
      waitingBody = null;
    }
    creditClient();
  }

  private void ended(boolean complete, @Nullable Failure failure, String errorId) {
    state = State.ENDED;
    deadline.remove();
    creditClient();
    UpstreamPool used = pool;
    if (used != null) {
      used.leave();
    }
    if (failure != null) {
      client.observer().failed(failure, errorId, route, request.host() + request.path());
    }
    ExchangeRecord told = told(complete, failure);
    if (journal != null) {
      journal.ended(told);
    }
    client.observer().exchangeEnded(told);
  }

  private ExchangeRecord told(boolean complete, @Nullable Failure failure) {
    Journal noted = journal;
    return new ExchangeRecord(
        client.facts(),
        id(),
        noted == null ? null : noted.trace(),
        request.version().token(),
        ExchangeRecord.cut(request.method()),
        ExchangeRecord.cut(request.host()),
        ExchangeRecord.cut(request.path()),
        ExchangeRecord.cut(request.query()),
        noted == null ? "" : noted.userAgent(),
        route,
        upstreamName(),
        connectionFacts,
        reused,
        replayed,
        status,
        requestBytes,
        responseBytes,
        complete,
        failure,
        startedAtNanos,
        noted == null ? 0 : noted.connectedNanos(),
        noted == null ? 0 : noted.respondedNanos(),
        System.nanoTime());
  }
}
