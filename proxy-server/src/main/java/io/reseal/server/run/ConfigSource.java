package io.reseal.server.run;

import io.reseal.config.ProxyConfig;
import io.reseal.config.check.Findings;
import io.reseal.config.read.ConfigReader;
import io.reseal.config.read.ConfigResult;
import io.reseal.config.read.ReadingMemory;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Where the configuration of a process comes from, at its start and at each reload. Thread-safe. */
@FunctionalInterface
public interface ConfigSource {

  /** Reads the configuration as it is now; blocks. */
  Reading read();

  /** A YAML file, with the files that it names. */
  static ConfigSource file(Path file) {
    ReadingMemory memory = new ReadingMemory();
    return () -> {
      Set<Path> files = new LinkedHashSet<>();
      synchronized (memory) {
        return new Reading(ConfigReader.read(file, files, memory), files);
      }
    };
  }

  /** A configuration that never changes. */
  static ConfigSource fixed(ProxyConfig config) {
    ConfigResult result = new ConfigResult.Valid(config, List.of(), new Findings("").places());
    return () -> new Reading(result, Set.of());
  }

  /**
   * A configuration as it was at one moment.
   *
   * @param files every file that the result depends on
   */
  record Reading(ConfigResult result, Set<Path> files) {
    public Reading {
      files = Set.copyOf(files);
    }
  }
}
