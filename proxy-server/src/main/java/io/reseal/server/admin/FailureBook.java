package io.reseal.server.admin;

import io.reseal.core.failure.Failure;
import io.reseal.core.failure.FailurePolicy;
import io.reseal.core.failure.Refusal;
import io.reseal.core.failure.TlsVerdict;
import io.reseal.core.observe.DataPlaneObserver;
import io.reseal.core.observe.ExchangeRecord;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * The latest failure of each kind by route, and the latest refusal of a connection by listener, with
 * their counts. Written by event loops without locks, read by anyone. Kinds are tokens of a closed
 * set and routes come from the configuration; beyond {@value #MOST} entries of either sort the one
 * that is longest ago makes room.
 */
public final class FailureBook implements DataPlaneObserver {
  static final int MOST = 1_000;
  private static final int MOST_PEER_CHARACTERS = 300;

  private final Pages<FailedKind, Failed> failures = new Pages<>(Failed::at);
  private final Pages<RefusedKind, Refused> refusals = new Pages<>(Refused::at);

  public FailureBook() {}

  @Override
  public void failed(Failure failure, String errorId, String route, String request) {
    note(failure, /* answered= */ 0, errorId, route, request);
  }

  /** A suspicion is booked like a failure: who reads the book wants its fix. */
  @Override
  public void exchangeEnded(ExchangeRecord exchange) {
    TlsVerdict suspicion = exchange.suspicion();
    if (suspicion != null) {
      note(
          new Failure.TlsFailed(
              suspicion, exchange.upstream(), exchange.connection().endpoint()),
          exchange.status(),
          exchange.id(),
          exchange.route(),
          exchange.host() + exchange.path());
    }
  }

  private void note(Failure failure, int answered, String errorId, String route, String request) {
    failures.note(
        new FailedKind(route, FailurePolicy.upstream(failure), FailurePolicy.token(failure)),
        new Failed(failure, answered, errorId, cut(request), Instant.now()));
  }

  @Override
  public void connectionRefused(String listener, String peer, Refusal refusal) {
    refusals.note(
        new RefusedKind(listener, refusal.token()),
        new Refused(peer, cut(refusal.detail()), refusal.advice(), refusal.facts(), Instant.now()));
  }

  private static String cut(String peerText) {
    return peerText.length() <= MOST_PEER_CHARACTERS
        ? peerText
        : peerText.substring(0, MOST_PEER_CHARACTERS);
  }

  /** The failures, the latest first. */
  List<Entry<FailedKind, Failed>> failures() {
    return failures.latestFirst();
  }

  /** The refusals of connections, the latest first. */
  List<Entry<RefusedKind, Refused>> refusals() {
    return refusals.latestFirst();
  }

  /** What counts as the same failure. */
  record FailedKind(String route, String upstream, String token) {}

  /**
   * A failure.
   *
   * @param answered the upstream's own status where the failure is only suspected behind it, else 0
   * @param request peer text, not yet escaped
   */
  record Failed(Failure failure, int answered, String errorId, String request, Instant at) {}

  /** What counts as the same refusal. */
  record RefusedKind(String listener, String reason) {}

  /** A refusal; detail and facts are peer text, not yet escaped. */
  record Refused(
      String peer, String detail, String advice, List<TlsVerdict.Fact> facts, Instant at) {}

  /** How often something happened, and how it was the last time. */
  static final class Entry<K, V> {
    private final K kind;
    private final Instant since;
    private final LongAdder count = new LongAdder();
    private volatile V latest;

    Entry(K kind, Instant since, V latest) {
      this.kind = kind;
      this.since = since;
      this.latest = latest;
    }

    K kind() {
      return kind;
    }

    Instant since() {
      return since;
    }

    long count() {
      return count.sum();
    }

    V latest() {
      return latest;
    }
  }

  /** A bounded map of entries. */
  private static final class Pages<K, V> {
    private final ConcurrentHashMap<K, Entry<K, V>> entries = new ConcurrentHashMap<>();
    private final AtomicBoolean clearing = new AtomicBoolean();
    private final Function<V, Instant> time;

    Pages(Function<V, Instant> time) {
      this.time = time;
    }

    void note(K kind, V latest) {
      Entry<K, V> entry = entries.get(kind);
      if (entry == null) {
        if (entries.size() >= MOST) {
          makeRoom();
        }
        entry =
            entries.computeIfAbsent(kind, each -> new Entry<>(each, time.apply(latest), latest));
      }
      entry.latest = latest;
      entry.count.increment();
    }

    private void makeRoom() {
      if (clearing.compareAndSet(false, true)) {
        entries.values().stream()
            .min(Comparator.comparing(entry -> time.apply(entry.latest)))
            .ifPresent(oldest -> entries.remove(oldest.kind));
        clearing.set(false);
      }
    }

    List<Entry<K, V>> latestFirst() {
      return entries.values().stream()
          .sorted(Comparator.comparing((Entry<K, V> entry) -> time.apply(entry.latest))
              .reversed())
          .toList();
    }
  }
}
