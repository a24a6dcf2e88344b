package io.reseal.server.admin;

import io.reseal.config.Problem;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/**
 * What one reading of the configuration led to.
 *
 * @param at when it ended
 * @param revision the revision that serves from then on; it grows by one with each one applied
 * @param problems why it was refused; else what the reader warned of
 */
public record Reload(Instant at, Outcome outcome, long revision, List<Problem> problems) {

  /** How a reading of the configuration ended. */
  public enum Outcome {
    /** Read at the start of the process. */
    LOADED,
    /** Another configuration serves. */
    APPLIED,
    /** The configuration is the one that serves already. */
    UNCHANGED,
    /** The configuration is wrong; the one before serves on. */
    REFUSED;

    /** As answers and pages spell it. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public Reload {
    problems = List.copyOf(problems);
  }

  /** The start of a process: revision 1. */
  public static Reload atStart(Instant at, List<Problem> warnings) {
    return new Reload(at, Outcome.LOADED, 1, warnings);
  }
}
