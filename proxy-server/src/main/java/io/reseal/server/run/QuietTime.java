package io.reseal.server.run;

import io.reseal.config.Location;
import io.reseal.config.Problem;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The wait, before files are read, for whoever writes them. Its measure is what the files look like
 * from one look to the next, not the times that they bear: another machine's clock may have set those.
 *
 * <p>Of one reload, and for its thread.
 */
final class QuietTime {
  private static final Logger LOG = LoggerFactory.getLogger("reseal.config");

  /**
   * Longer than writers pause between two pieces, or two files. With the half second between two looks
   * of {@link FileWatch} it must stay below one second, within which a new certificate is shown.
   */
  static final long QUIET_MILLIS = 250;

  private static final int MOST_PAUSES = 40;

  /** From then on whole files that come without end, each in one step, are no reason to wait. */
  private static final int PAUSES_FOR_WHOLE_FILES = 2;

  private static final int MOST_READINGS = 5;

  private final Pause pause;
  private int readings;
  private int pauses;

  QuietTime(Pause pause) {
    this.pause = pause;
  }

  /** Lets some time go by. */
  @FunctionalInterface
  interface Pause {
    void pause(long millis) throws InterruptedException;
  }

  /**
   * Waits until the files have looked the same for the quiet time and nobody is known to have one
   * open for writing. Whoever has one open without writing is waited for 10 s. Files that are replaced
   * again and again by whole ones, known to be finished, are waited for only half a second.
   *
   * @param known what files looked like when they were taken up; those are not waited for
   * @return what the files look like
   * @throws RestlessException if they still change after 10 s, or changed in each of some readings
   */
  Map<Path, FileState> await(Set<Path> files, Map<Path, FileState> known)
      throws InterruptedException, RestlessException {
    Map<Path, FileState> now = FileState.of(files);
    Path changed = FileState.changed(now, known);
    if (++readings > MOST_READINGS && changed != null) {
      throw new RestlessException(changed);
    }
    int quiet = 0;
    while (changed != null) {
      pause.pause(QUIET_MILLIS);
      pauses++;
      Map<Path, FileState> next = FileState.of(files);
      Path restless = FileState.changed(next, now);
      if (restless == null) {
        quiet++;
        changed = beingWritten(next, known);
        if (changed != null && quiet >= MOST_PAUSES) {
          LOG.warn(
              "{} is open for writing and has not changed for {} ms: it is taken up as it is. End"
                  + " what keeps it open",
              changed,
              quiet * QUIET_MILLIS);
          changed = null;
        }
      } else if (pauses >= PAUSES_FOR_WHOLE_FILES && areWhole(next, now, known)) {
        changed = null;
      } else if (pauses >= MOST_PAUSES) {
        throw new RestlessException(restless);
      } else {
        quiet = 0;
      }
      now = next;
    }
    return now;
  }

  /** Whether all that has changed just now was replaced, and nobody writes what is new. */
  private static boolean areWhole(
      Map<Path, FileState> now, Map<Path, FileState> before, Map<Path, FileState> known) {
    for (Map.Entry<Path, FileState> file : now.entrySet()) {
      FileState state = file.getValue();
      FileState was = before.get(file.getKey());
      if (!state.equals(was) && !state.isOtherThan(was)
          || !state.equals(known.get(file.getKey())) && !OpenForWriting.isKnownNot(file.getKey())) {
        return false;
      }
    }
    return true;
  }

  private static @Nullable Path beingWritten(Map<Path, FileState> now, Map<Path, FileState> known) {
    for (Map.Entry<Path, FileState> file : now.entrySet()) {
      if (!file.getValue().equals(known.get(file.getKey()))
          && OpenForWriting.isKnown(file.getKey())) {
        return file.getKey();
      }
    }
    return null;
  }

  /** A file changes without end. */
  static final class RestlessException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    private RestlessException(Path file) {
      this.problem = new Problem(
          new Location(file.toString(), 0, 0, ""),
          "the file changes again and again, and nothing is taken up while it does",
          "changes for " + MOST_PAUSES * QUIET_MILLIS + " ms, or in " + MOST_READINGS + " readings",
          "files that stay as they are for " + QUIET_MILLIS + " ms, and while they are read",
          "Find out who writes it; write it elsewhere and rename it into its place");
    }

    Problem problem() {
      return problem;
    }
  }
}
