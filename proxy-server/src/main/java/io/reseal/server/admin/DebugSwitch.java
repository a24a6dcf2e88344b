package io.reseal.server.admin;

import io.reseal.config.ProxyConfig;
import io.reseal.config.Route;
import io.reseal.core.failure.PeerText;
import io.reseal.core.observe.DebugWatch;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What switches the telling of everything about one host or one route on, for a while, and off. The
 * lines go to the log of the process. Thread-safe.
 */
public final class DebugSwitch {
  private static final Logger LOG = LoggerFactory.getLogger("reseal.debug");
  private static final int STANDARD_SECONDS = 60;
  private static final int MOST_SECONDS = 3_600;

  private final DebugWatch watch;
  private final Supplier<ProxyConfig> config;
  private @Nullable Watching watching;

  public DebugSwitch(DebugWatch watch, Supplier<ProxyConfig> config) {
    this.watch = watch;
    this.config = config;
  }

  /** Does what {@code POST /debug?host=…|route=…&seconds=…} asks for. */
  AdminAnswer begin(AdminRequest request) {
    Map<String, List<String>> given = request.query();
    if (!List.of("host", "route", "seconds").containsAll(given.keySet())
        || given.values().stream().anyMatch(values -> values.size() != 1)
        || given.containsKey("host") == given.containsKey("route")) {
      return wrong("either host or route, and seconds if need be, as /debug?host=shop.example");
    }
    String host = one(given, "host").toLowerCase(Locale.ROOT);
    String route = one(given, "route");
    int seconds = seconds(one(given, "seconds"));
    if (host.isEmpty() && route.isEmpty() || seconds == 0) {
      return wrong("a name, and seconds from 1 to " + MOST_SECONDS);
    }
    if (!route.isEmpty() && config.get().routes().stream().noneMatch(has(route))) {
      return AdminAnswer.text(
          404, "there is no route \"" + PeerText.quote(route) + "\"; GET /config names them");
    }
    return begin(new Watching(host, route, Instant.now().plusSeconds(seconds)), seconds);
  }

  private static Predicate<Route> has(String name) {
    return route -> route.name().equals(name);
  }

  private synchronized AdminAnswer begin(Watching next, int seconds) {
    end("another takes its place");
    watching = next;
    LOG.info("debug of {} for {} s", next, seconds);
    watch.begin(next.host, next.route, Duration.ofSeconds(seconds).toNanos(), next::line);
    CompletableFuture.delayedExecutor(seconds, TimeUnit.SECONDS).execute(() -> timedOut(next));
    return AdminAnswer.json(JsonText.object(json -> json.text("host", next.host)
        .text("route", next.route)
        .text("until", next.until.toString())));
  }

  private synchronized void timedOut(Watching ended) {
    if (watching == ended) {
      end("its time is over");
    }
  }

  /** Ends it before its time. */
  synchronized AdminAnswer end() {
    boolean was = watching != null;
    end("asked to");
    return AdminAnswer.text(200, was ? "ended" : "there was none");
  }

  private void end(String why) {
    Watching current = watching;
    if (current != null) {
      watch.end();
      watching = null;
      LOG.info("debug of {} has ended: {}; {} lines", current, why, current.lines.sum());
    }
  }

  private static String one(Map<String, List<String>> given, String name) {
    return given.getOrDefault(name, List.of("")).getFirst();
  }

  /** 0 for what is none. */
  private static int seconds(String text) {
    if (text.isEmpty()) {
      return STANDARD_SECONDS;
    }
    boolean number = text.matches("[0-9]{1,4}");
    int seconds = number ? Integer.parseInt(text) : 0;
    return seconds <= MOST_SECONDS ? seconds : 0;
  }

  private static AdminAnswer wrong(String expected) {
    return AdminAnswer.text(400, "wrong parameters (expected: " + expected + ")");
  }

  /** One host or route that is told of. */
  private static final class Watching {
    private final String host;
    private final String route;
    private final Instant until;
    private final LongAdder lines = new LongAdder();

    Watching(String host, String route, Instant until) {
      this.host = host;
      this.route = route;
      this.until = until;
    }

    void line(String id, String line) {
      lines.increment();
      LOG.info("debug id={} {}", id, line);
    }

    @Override
    public String toString() {
      return host.isEmpty()
          ? "route \"" + PeerText.quote(route) + '"'
          : "host \"" + PeerText.quote(host) + '"';
    }
  }
}
