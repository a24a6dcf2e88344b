package io.reseal.server.run;

import io.reseal.config.ProxyConfig;
import io.reseal.config.check.Findings;
import io.reseal.config.read.ConfigReader;
import io.reseal.config.read.ConfigResult;
import io.reseal.config.read.ReadingMemory;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where the configuration of a process comes from, at its start and at each reload. Thread-safe. */
@FunctionalInterface
public interface ConfigSource {

  /** Reads the configuration as it is now; blocks. */
  Reading read();

  /** A YAML file, with the files that it names. */
  static ConfigSource file(Path file) {
    ReadingMemory memory = new ReadingMemory();
    return () -> {
      Map<Path, FileState> files = new LinkedHashMap<>();
      synchronized (memory) {
        ConfigResult result =
            ConfigReader.read(file, named -> files.computeIfAbsent(named, FileState::of), memory);
        return new Reading(result, files);
      }
    };
  }

  /** A configuration that never changes. */
  static ConfigSource fixed(ProxyConfig config) {
    ConfigResult result = new ConfigResult.Valid(config, List.of(), new Findings("").places());
    return () -> new Reading(result, Map.of());
  }

  /**
   * A configuration as it was at one moment.
   *
   * @param files every file that the result depends on, as it was just before it was read
   */
  record Reading(ConfigResult result, Map<Path, FileState> files) {
    public Reading {
      files = Map.copyOf(files);
    }
  }
}
