package io.reseal.server.run;

import io.reseal.config.Location;
import io.reseal.config.Problem;
import io.reseal.config.ProxyConfig;
import io.reseal.config.read.ConfigResult;
import io.reseal.core.DataPlane;
import io.reseal.core.StartException;
import io.reseal.server.admin.Reload;
import io.reseal.server.admin.Reload.Outcome;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way from a changed configuration to the data plane, all or nothing: what is wrong is told and
 * changes nothing. Thread-safe.
 *
 * <p>Every reload, whoever asks for it, waits for quiet files and then reads; what has changed while
 * it was read, or was not waited for because it is named now for the first time, is waited for and
 * read again. A reading and what comes of it are one turn, so that none is taken up after a newer
 * one; the wait is not, so that it holds up no handover.
 */
final class Reloader {
  private static final Logger LOG = LoggerFactory.getLogger("reseal.config");
  private static final long LOOK_MILLIS = 100;

  private final ConfigSource source;
  private final DataPlane dataPlane;
  private final Oversight oversight;
  private final QuietTime.Pause pause;
  private final ProxyConfig started;
  private final Semaphore turn = new Semaphore(1);
  private volatile boolean handingOver;

  /** What was taken up last; null where it broke off, and something else may serve in part. */
  private @Nullable ProxyConfig serving;

  /** The files of the latest reading that was not repeated, as they were then. */
  private volatile Map<Path, FileState> seen;

  /** Begins with the configuration that serves. */
  Reloader(
      ConfigSource source, ConfigSource.Reading first, DataPlane dataPlane, Oversight oversight) {
    this(source, first, dataPlane, oversight, Thread::sleep);
  }

  /** The same with another way to wait. */
  Reloader(
      ConfigSource source,
      ConfigSource.Reading first,
      DataPlane dataPlane,
      Oversight oversight,
      QuietTime.Pause pause) {
    this.source = source;
    this.dataPlane = dataPlane;
    this.oversight = oversight;
    this.pause = pause;
    this.started = ((ConfigResult.Valid) first.result()).config();
    this.serving = started;
    this.seen = first.files();
  }

  /** What to do about a handover that goes on, which may take a minute. */
  enum DuringHandover {
    WAIT,
    REFUSE
  }

  /** The files that the latest reading depended on. */
  Set<Path> files() {
    return seen.keySet();
  }

  /** Whether the files look as they did at the latest reading. */
  boolean isUpToDate() {
    Map<Path, FileState> known = seen;
    return FileState.of(known.keySet()).equals(known);
  }

  /**
   * Reads the configuration once its files are quiet, and takes it up where it has changed.
   *
   * @param cause who asked, for the log
   */
  Reload reload(String cause, DuringHandover handover) {
    try {
      return reloadWhenQuiet(cause, handover);
    } catch (InterruptedException ending) {
      Thread.currentThread().interrupt();
      return refused(
          List.of(problem("the process ends, and takes nothing up any more", /* hint= */ "")));
    }
  }

  /** Runs something while nothing is taken up; what changes meanwhile waits, or is refused. */
  void unchanged(Runnable task) {
    turn.acquireUninterruptibly();
    handingOver = true;
    try {
      task.run();
    } finally {
      handingOver = false;
      turn.release();
    }
  }

  private Reload reloadWhenQuiet(String cause, DuringHandover handover)
      throws InterruptedException {
    if (handingOver && handover == DuringHandover.REFUSE) {
      return refusedByHandover();
    }
    QuietTime quiet = new QuietTime(pause);
    Set<Path> files = files();
    while (true) {
      Map<Path, FileState> before = Map.of();
      List<Problem> restless = List.of();
      try {
        before = quiet.await(files, seen);
      } catch (QuietTime.RestlessException withoutEnd) {
        restless = List.of(withoutEnd.problem());
      }
      if (!beginTurn(handover)) {
        return refusedByHandover();
      }
      try {
        if (!restless.isEmpty()) {
          return refusedOnce(restless, cause);
        }
        ConfigSource.Reading reading = read(before);
        Map<Path, FileState> after = FileState.of(reading.files().keySet());
        if (FileState.changed(after, before) == null) {
          seen = after;
          return take(reading, cause);
        }
        files = after.keySet();
      } finally {
        turn.release();
      }
    }
  }

  /** Looks again and again, because a handover may come first. */
  private boolean beginTurn(DuringHandover handover) throws InterruptedException {
    while (!turn.tryAcquire(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
      if (handingOver && handover == DuringHandover.REFUSE) {
        return false;
      }
    }
    return true;
  }

  private Reload refusedByHandover() {
    return refused(List.of(problem(
        "a handover to another process is under way, and nothing is read meanwhile",
        "The other process reads the files when it starts. Ask again if this one serves on")));
  }

  /** A file that changes without end is tried again and again; that need not be told each time. */
  private Reload refusedOnce(List<Problem> restless, String cause) {
    return restless.equals(oversight.latestReload().problems())
        ? refused(restless)
        : note(refused(restless), cause);
  }

  /** What was read; what breaks off is a mistake of the files that were there before. */
  private ConfigSource.Reading read(Map<Path, FileState> before) throws InterruptedException {
    ConfigSource.Reading reading;
    try {
      reading = source.read();
    } catch (RuntimeException | Error unexpected) {
      LOG.error("the configuration cannot be read", unexpected);
      reading = new ConfigSource.Reading(
          new ConfigResult.Invalid(
              List.of(unexpected("the reading broke off", unexpected)), /* remainder= */ null),
          before);
    }
    if (Thread.interrupted()) {
      // An interrupt breaks files off, which are not wrong for that.
      throw new InterruptedException();
    }
    return reading;
  }

  private Reload take(ConfigSource.Reading reading, String cause) {
    Reload reload = switch (reading.result()) {
      case ConfigResult.Invalid(List<Problem> problems, var ignored) -> refused(problems);
      case ConfigResult.Valid valid -> apply(valid);
    };
    return note(reload, cause);
  }

  private Reload note(Reload reload, String cause) {
    tell(reload, cause, oversight.latestReload().problems());
    oversight.reloaded(reload);
    return reload;
  }

  private Reload apply(ConfigResult.Valid valid) {
    ProxyConfig next = valid.config();
    List<Problem> warnings = new ArrayList<>(valid.warnings());
    warnings.addAll(needsRestart(next));
    if (next.equals(serving)) {
      return reload(Outcome.UNCHANGED, revision(), warnings);
    }
    ProxyConfig before = dataPlane.config();
    try {
      publish(next);
    } catch (StartException refused) {
      return refused(refused.problems());
    } catch (RuntimeException | Error unexpected) {
      return brokenOff(unexpected, /* published= */ dataPlane.config() != before);
    }
    serving = next;
    return reload(Outcome.APPLIED, revision() + 1, warnings);
  }

  private void publish(ProxyConfig next) throws StartException {
    Oversight.Change logsAndPorts = oversight.prepare(next);
    boolean published = false;
    try {
      dataPlane.publish(next);
      published = true;
    } finally {
      if (!published) {
        logsAndPorts.discard();
      }
    }
    try {
      logsAndPorts.take();
    } finally {
      // What is said to serve is what serves.
      oversight.configure(dataPlane.config());
    }
  }

  /** The next reading is taken up even if it says the same, because parts may stand as before. */
  private Reload brokenOff(Throwable unexpected, boolean published) {
    LOG.error("the configuration could not be taken up", unexpected);
    serving = null;
    String what = published
        ? "the change serves, but logs, ports or metrics may not have followed it"
        : "the change broke off";
    return reload(
        Outcome.REFUSED,
        published ? revision() + 1 : revision(),
        List.of(unexpected(what, unexpected)));
  }

  private static Problem unexpected(String what, Throwable unexpected) {
    return problem(
        what + ": " + unexpected,
        "This is a mistake of Reseal: please report it with the stack trace in the log. The next"
            + " change of the files, or a reload, tries again");
  }

  private static Problem problem(String what, String hint) {
    return new Problem(new Location("reload", 0, 0, ""), what, "", "", hint);
  }

  /** What a running process cannot change; the rest of the configuration is taken up all the same. */
  private List<Problem> needsRestart(ProxyConfig next) {
    return next.runtime().equals(started.runtime())
        ? List.of()
        : List.of(new Problem(
            new Location("runtime", 0, 0, "runtime"),
            "runtime: changed, and takes effect at the next start only",
            "",
            "",
            "Restart the process when it suits; everything else is in effect"));
  }

  private Reload refused(List<Problem> problems) {
    return reload(Outcome.REFUSED, revision(), problems);
  }

  private long revision() {
    return oversight.latestReload().revision();
  }

  private static Reload reload(Outcome outcome, long revision, List<Problem> problems) {
    return new Reload(Instant.now(), outcome, revision, problems);
  }

  /** Tells what is new; that a thousand certificates end soon need not be said at each reload. */
  private static void tell(Reload reload, String cause, List<Problem> toldBefore) {
    switch (reload.outcome()) {
      case REFUSED -> {
        LOG.error(
            "configuration refused ({}): {} problems; revision {} serves on",
            cause,
            reload.problems().size(),
            reload.revision());
        reload.problems().forEach(problem -> LOG.error("error: {}", problem));
      }
      case APPLIED -> {
        LOG.info("configuration applied ({}): revision {}", cause, reload.revision());
        Set<Problem> known = new HashSet<>(toldBefore);
        List<Problem> news =
            reload.problems().stream().filter(each -> !known.contains(each)).toList();
        news.forEach(problem -> LOG.warn("warning: {}", problem));
        int stand = reload.problems().size() - news.size();
        if (stand > 0) {
          LOG.info("warnings that stand as before: {} (reseal check shows them)", stand);
        }
      }
      case UNCHANGED -> LOG.info("configuration unchanged ({})", cause);
      case LOADED -> LOG.debug("configuration loaded");
    }
  }
}
