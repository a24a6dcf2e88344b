package io.reseal.server.doctor;

import java.util.Locale;

/** How much a finding matters; the last is the worst. */
public enum Severity {
  /** Worth knowing; nothing to mend. */
  NOTE,
  /** It works, and will not for everyone or not for long. */
  WARNING,
  /** It does not work. */
  ERROR;

  /** The word in reports. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
