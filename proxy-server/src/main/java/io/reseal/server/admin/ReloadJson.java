package io.reseal.server.admin;

import io.reseal.config.Problem;

/** A reading of the configuration as JSON. */
final class ReloadJson {
  private ReloadJson() {}

  /** Writes all of it. */
  static void write(JsonText json, Reload reload) {
    write(json, reload, Integer.MAX_VALUE);
  }

  /** Writes it with so many problems at most, and how many there are. */
  static void write(JsonText json, Reload reload, int most) {
    json.text("outcome", reload.outcome().word())
        .number("revision", reload.revision())
        .text("time", reload.at().toString())
        .number("problemCount", reload.problems().size())
        .texts(
            "problems",
            reload.problems().stream().limit(most).map(Problem::toString).toList());
  }
}
