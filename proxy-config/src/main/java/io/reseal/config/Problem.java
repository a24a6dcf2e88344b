package io.reseal.config;

/**
 * One mistake in a configuration.
 *
 * @param location where
 * @param what what is wrong, in one sentence without a full stop
 * @param found what stands there, or empty
 * @param expected what was expected, or empty
 * @param hint what to do, or empty
 */
public record Problem(Location location, String what, String found, String expected, String hint) {
  /** One line: place, what, found, expected, hint. */
  @Override
  public String toString() {
    StringBuilder line = new StringBuilder(160).append(location).append(": ").append(what);
    if (!found.isEmpty() || !expected.isEmpty()) {
      line.append(" (");
      if (!found.isEmpty()) {
        line.append("found: ").append(found);
      }
      if (!expected.isEmpty()) {
        line.append(found.isEmpty() ? "" : ", ").append("expected: ").append(expected);
      }
      line.append(')');
    }
    if (!hint.isEmpty()) {
      line.append(". ").append(hint);
    }
    return line.toString();
  }
}
