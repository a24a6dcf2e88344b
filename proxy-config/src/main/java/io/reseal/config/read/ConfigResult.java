package io.reseal.config.read;

import io.reseal.config.Problem;
import io.reseal.config.ProxyConfig;
import io.reseal.config.check.Places;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

  /**
   * A configuration that must not be started, with everything that is wrong.
   *
   * @param remainder what could be read nevertheless; null where nothing could
   */
  record Invalid(List<Problem> problems, @Nullable Remainder remainder) implements ConfigResult {
    public Invalid {
      problems = List.copyOf(problems);
    }

    Invalid(List<Problem> problems) {
      this(problems, null);
    }
  }

  /**
   * What is left of a refused configuration, for whoever examines it: never to be started. Parts with
   * mistakes are missing, or have defaults in place of what was meant.
   *
   * @param warnings what works and is worth a look
   * @param places where each key stands
   */
  record Remainder(ProxyConfig config, List<Problem> warnings, Places places) {
    public Remainder {
      warnings = List.copyOf(warnings);
    }
  }
}
