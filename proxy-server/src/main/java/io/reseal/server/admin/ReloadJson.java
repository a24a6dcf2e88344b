package io.reseal.server.admin;

import io.reseal.config.Problem;

/** A reading of the configuration as JSON. */
final class ReloadJson {
  private ReloadJson() {}

  static void write(JsonText json, Reload reload) {
    json.text("outcome", reload.outcome().word())
        .number("revision", reload.revision())
        .text("time", reload.at().toString())
        .texts("problems", reload.problems().stream().map(Problem::toString).toList());
  }
}
