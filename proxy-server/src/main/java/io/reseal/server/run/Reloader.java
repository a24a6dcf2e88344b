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
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way from a changed configuration to the data plane, all or nothing: what is wrong is told and
 * changes nothing. Thread-safe; one reading at a time.
 */
final class Reloader {
  private static final Logger LOG = LoggerFactory.getLogger("reseal.config");

  private final ConfigSource source;
  private final DataPlane dataPlane;
  private final Oversight oversight;
  private final ProxyConfig started;
  private ProxyConfig serving;
  private volatile Set<Path> files;

  /** Begins with the configuration that serves. */
  Reloader(
      ConfigSource source, ConfigSource.Reading first, DataPlane dataPlane, Oversight oversight) {
    this.source = source;
    this.dataPlane = dataPlane;
    this.oversight = oversight;
    this.started = ((ConfigResult.Valid) first.result()).config();
    this.serving = started;
    this.files = first.files();
  }

  /** The files that the latest reading depended on. */
  Set<Path> files() {
    return files;
  }

  /**
   * Reads the configuration and takes it up where it has changed.
   *
   * @param cause who asked, for the log
   */
  synchronized Reload reload(String cause) {
    return take(source.read(), cause);
  }

  /** Runs something while nothing is taken up; what changes meanwhile waits. */
  synchronized void unchanged(Runnable task) {
    task.run();
  }

  /** Takes up what was read. */
  synchronized Reload take(ConfigSource.Reading reading, String cause) {
    files = reading.files();
    List<Problem> toldBefore = oversight.latestReload().problems();
    Reload reload = switch (reading.result()) {
      case ConfigResult.Invalid(List<Problem> problems, var ignored) -> refused(problems);
      case ConfigResult.Valid valid -> apply(valid);
    };
    tell(reload, cause, toldBefore);
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
    try {
      publish(next);
    } catch (StartException refused) {
      return refused(refused.problems());
    }
    serving = next;
    oversight.configure(dataPlane.config());
    return reload(Outcome.APPLIED, revision() + 1, warnings);
  }

  private void publish(ProxyConfig next) throws StartException {
    Oversight.Change logsAndPorts = oversight.prepare(next);
    try {
      dataPlane.publish(next);
    } catch (StartException | RuntimeException refused) {
      logsAndPorts.discard();
      throw refused;
    }
    logsAndPorts.take();
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
