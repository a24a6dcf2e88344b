package io.reseal.server.admin;

import io.reseal.core.UpstreamStatus;
import io.reseal.core.UpstreamStatus.EndpointStatus;
import io.reseal.core.failure.Failure;
import io.reseal.server.admin.CertificateList.Shown;
import io.reseal.server.admin.FailureBook.Entry;
import io.reseal.server.admin.FailureBook.Failed;
import io.reseal.server.admin.FailureBook.FailedKind;
import io.reseal.server.admin.UpstreamsPage.EndpointState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What an operator should look at now, the worst first. */
final class Attention {
  private static final Duration RECENT = Duration.ofMinutes(5);
  private static final double MANY_FAIL = 0.05;
  private static final double SOME_FAIL = 0.01;
  private static final double PERCENT = 100;

  private final List<Item> items = new ArrayList<>();

  private Attention() {}

  /**
   * One thing to look at.
   *
   * @param section the id of the part of the page that has the details
   */
  record Item(Level level, String text, String section) {}

  static List<Item> of(
      StatusSources sources,
      Counts recent,
      List<Shown> certificates,
      List<UpstreamStatus> upstreams,
      Instant now) {
    Attention attention = new Attention();
    attention.process(sources);
    attention.failing(recent);
    attention.verdicts(sources.failures().failures(), now);
    attention.certificates(certificates, now);
    attention.upstreams(sources.upstreams(), upstreams);
    return attention.items.stream().sorted(Comparator.comparing(Item::level)).toList();
  }

  private void process(StatusSources sources) {
    switch (sources.health().phase()) {
      case STARTING -> add(Level.WARNING, "Starting: not ready for traffic yet", "traffic");
      case DRAINING ->
        add(Level.WARNING, "Draining: no new connections, work under way finishes", "traffic");
      case SERVING -> {
        // As it should be.
      }
    }
    Reload reload = sources.reloads().latest();
    if (reload.outcome() == Reload.Outcome.REFUSED) {
      add(
          Level.CRITICAL,
          "The last change of the configuration was refused; revision " + reload.revision()
              + " serves on",
          "configuration");
    }
  }

  private void failing(Counts recent) {
    double part = recent.requests() == 0 ? 0 : (double) recent.serverErrors() / recent.requests();
    if (part >= SOME_FAIL) {
      add(
          part >= MANY_FAIL ? Level.CRITICAL : Level.WARNING,
          "%.0f %% of the requests of the last minute ended with 5xx".formatted(part * PERCENT),
          "failures");
    }
  }

  private void verdicts(List<Entry<FailedKind, Failed>> failures, Instant now) {
    Set<String> told = new LinkedHashSet<>();
    for (Entry<FailedKind, Failed> entry : failures) {
      Failed latest = entry.latest();
      if (latest.failure() instanceof Failure.TlsFailed && latest.at().isAfter(now.minus(RECENT))) {
        told.add("\"%s\": %s".formatted(entry.kind().upstream(), entry.kind().token()));
      }
    }
    add(Level.CRITICAL, told, "Certificate trouble with upstream ", "failures");
  }

  private void certificates(List<Shown> certificates, Instant now) {
    Set<String> ended = new LinkedHashSet<>();
    Set<String> critical = new LinkedHashSet<>();
    Set<String> soon = new LinkedHashSet<>();
    for (Shown shown : certificates) {
      if (!shown.end().isAfter(now)) {
        ended.add(name(shown));
      } else if (shown.level(now) == Level.CRITICAL) {
        critical.add(name(shown));
      } else if (shown.level(now) == Level.WARNING) {
        soon.add(name(shown));
      }
    }
    add(Level.CRITICAL, ended, "Certificate has ended: ", "certificates");
    add(Level.CRITICAL, critical, "Certificate ends within 7 days: ", "certificates");
    add(Level.WARNING, soon, "Certificate ends within 30 days: ", "certificates");
  }

  private static String name(Shown shown) {
    return shown.use().name().toLowerCase(Locale.ROOT).replace("_ca", " CA").replace('_', ' ')
        + " \""
        + shown.users().getFirst()
        + "\"";
  }

  private void upstreams(UpstreamsPage page, List<UpstreamStatus> upstreams) {
    Set<String> down = new LinkedHashSet<>();
    Set<String> partly = new LinkedHashSet<>();
    Set<String> unverified = new LinkedHashSet<>();
    for (UpstreamStatus upstream : upstreams) {
      String name = "\"" + upstream.name() + "\"";
      int failing = 0;
      for (EndpointStatus endpoint : upstream.endpoints()) {
        failing += page.state(upstream.name(), endpoint) == EndpointState.FAILING ? 1 : 0;
      }
      if (failing == upstream.endpoints().size()) {
        down.add(name);
      } else if (failing > 0) {
        partly.add(name);
      }
      if (upstream.protection().equals("tls") && !upstream.verified()) {
        unverified.add(name);
      }
    }
    add(Level.CRITICAL, down, "No endpoint could be connected: upstream ", "upstreams");
    add(Level.WARNING, partly, "Some endpoints could not be connected: upstream ", "upstreams");
    add(Level.WARNING, unverified, "Certificates are not verified: upstream ", "upstreams");
  }

  private void add(Level level, Set<String> names, String what, String section) {
    if (!names.isEmpty()) {
      int others = names.size() - 1;
      add(
          level,
          what + names.iterator().next() + (others == 0 ? "" : " and " + others + " more"),
          section);
    }
  }

  private void add(Level level, String text, String section) {
    items.add(new Item(level, text, section));
  }
}
