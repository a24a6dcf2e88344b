package io.reseal.server.doctor;

import io.reseal.config.Location;
import io.reseal.config.Problem;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One thing that was found.
 *
 * @param place the key of the configuration that it is about
 * @param what what was found, in one sentence without a full stop
 * @param fix what to do, or empty
 * @param command shell commands or configuration that can be pasted, or empty
 * @param facts what it was concluded from, in the order to be shown
 */
public record Finding(
    Severity severity,
    Kind kind,
    Location place,
    String what,
    String fix,
    String command,
    Map<String, String> facts) {
  public Finding {
    facts = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(facts));
  }

  static Finding error(Kind kind, Location place, String what, String fix, String command) {
    return new Finding(Severity.ERROR, kind, place, what, fix, command, Map.of());
  }

  static Finding warning(Kind kind, Location place, String what, String fix, String command) {
    return new Finding(Severity.WARNING, kind, place, what, fix, command, Map.of());
  }

  static Finding note(Kind kind, Location place, String what, String fix) {
    return new Finding(Severity.NOTE, kind, place, what, fix, "", Map.of());
  }

  static Finding of(Severity severity, Problem problem) {
    StringBuilder what = new StringBuilder(problem.what());
    if (!problem.found().isEmpty()) {
      what.append(" (found: ").append(problem.found());
      what.append(problem.expected().isEmpty() ? "" : ", expected: " + problem.expected());
      what.append(')');
    } else if (!problem.expected().isEmpty()) {
      what.append(" (expected: ").append(problem.expected()).append(')');
    }
    return new Finding(
        severity,
        Kind.CONFIGURATION,
        problem.location(),
        what.toString(),
        problem.hint(),
        "",
        Map.of());
  }

  Finding with(Map<String, String> shown) {
    return new Finding(severity, kind, place, what, fix, command, shown);
  }
}
