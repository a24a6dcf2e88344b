package io.reseal.config.read;

import io.reseal.config.Problem;
import io.reseal.config.ProxyConfig;
import io.reseal.config.check.Places;
import java.util.List;

/** The outcome of reading a configuration. */
public sealed interface ConfigResult {

  /**
   * A configuration that may be started.
   *
   * @param warnings what works and is worth a look
   * @param places where each key stands
   */
  record Valid(ProxyConfig config, List<Problem> warnings, Places places) implements ConfigResult {
    public Valid {
      warnings = List.copyOf(warnings);
    }
  }

  /** A configuration that must not be started, with everything that is wrong. */
  record Invalid(List<Problem> problems) implements ConfigResult {
    public Invalid {
      problems = List.copyOf(problems);
    }
  }
}
