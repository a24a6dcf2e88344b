package io.reseal.server.run;

import io.reseal.config.KeyPairMaterial;
import io.reseal.config.ProxyConfig;
import io.reseal.config.ServerIdentity;
import io.reseal.config.Upstream;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log which certificates that this proxy shows have ended or are about to: when it
 * happens, and once a day from then on. They are shown all the same. Thread-safe.
 */
final class ExpiryNotice implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("reseal.certificates");
  private static final Duration STEP = Duration.ofMinutes(1);
  private static final Duration AGAIN = Duration.ofDays(1);
  private static final Duration SOON = Duration.ofDays(7);

  /** Thousands may end on one day, because they were made on one. */
  private static final int MOST_LINES = 20;

  private final Supplier<ProxyConfig> config;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "reseal-expiry");
        thread.setDaemon(true);
        return thread;
      });
  private Map<X509Certificate, Told> told = new HashMap<>();

  /**
   * Begins without looking by itself.
   *
   * @param config as it serves
   */
  ExpiryNotice(Supplier<ProxyConfig> config) {
    this.config = config;
  }

  /** Begins to look every minute. */
  static ExpiryNotice start(Supplier<ProxyConfig> config) {
    ExpiryNotice notice = new ExpiryNotice(config);
    notice.clock.scheduleWithFixedDelay(
        () -> notice.look(Instant.now()), 0, STEP.toSeconds(), TimeUnit.SECONDS);
    return notice;
  }

  /** Looks at all of them once. */
  synchronized void look(Instant now) {
    Look look = new Look(now);
    try {
      ProxyConfig current = config.get();
      for (ServerIdentity identity : current.identities()) {
        identity.keyPairs().forEach(pair -> look.at("identity", identity.name(), pair));
      }
      for (Upstream upstream : current.upstreams()) {
        upstream
            .tls()
            .clientIdentity()
            .keyPairs()
            .forEach(pair -> look.at("client identity of upstream", upstream.name(), pair));
      }
    } catch (RuntimeException mistake) {
      // The next look must not be lost by it.
      LOG.error("the ends of certificates could not be looked at", mistake);
      return;
    }
    look.end();
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }

  /** What was said of a certificate, and when. */
  private record Told(boolean ended, Instant at) {}

  private final class Look {
    private final Instant now;
    private final Map<X509Certificate, Told> standing = new HashMap<>();
    private int lines;
    private int more;

    Look(Instant now) {
      this.now = now;
    }

    void at(String whose, String name, KeyPairMaterial pair) {
      X509Certificate leaf = pair.leaf();
      Instant end = leaf.getNotAfter().toInstant();
      if (end.isAfter(now.plus(SOON)) || standing.containsKey(leaf)) {
        return;
      }
      boolean ended = end.isBefore(now);
      Told before = told.get(leaf);
      if (before != null && before.ended() == ended && now.isBefore(before.at().plus(AGAIN))) {
        standing.put(leaf, before);
        return;
      }
      standing.put(leaf, new Told(ended, now));
      if (lines == MOST_LINES) {
        more++;
        return;
      }
      lines++;
      if (ended) {
        LOG.warn(
            "{} \"{}\": its certificate ended on {} ({}, {}). It is shown all the same, and clients"
                + " that check it refuse it: renew it",
            whose,
            name,
            end,
            leaf.getSubjectX500Principal(),
            pair.source());
      } else {
        LOG.warn(
            "{} \"{}\": its certificate ends on {}, within {} days ({}, {}): renew it",
            whose,
            name,
            end,
            Duration.between(now, end).toDays() + 1,
            leaf.getSubjectX500Principal(),
            pair.source());
      }
    }

    void end() {
      told = standing;
      if (more > 0) {
        LOG.warn(
            "{} more certificates have ended or end within {} days: GET /certificates of the admin"
                + " port lists them",
            more,
            SOON.toDays());
      }
    }
  }
}
