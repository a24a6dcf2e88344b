package io.reseal.server.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What tells one content of a file from another without reading it. The time of the last change of
 * the inode is a part, because a copy may keep the time of modification.
 *
 * @param attributes empty where the file cannot be seen
 */
public record FileState(Map<String, Object> attributes) {
  private static final String WHAT = "unix:size,lastModifiedTime,ctime,ino,dev";

  static FileState of(Path file) {
    try {
      return new FileState(Files.readAttributes(file, WHAT));
    } catch (IOException notThere) {
      return new FileState(Map.of());
    }
  }

  static Map<Path, FileState> of(Set<Path> files) {
    Map<Path, FileState> states = new HashMap<>();
    files.forEach(file -> states.put(file, of(file)));
    return states;
  }

  /** Whether another file is in the place of the one before, as after a rename. */
  boolean isOtherThan(@Nullable FileState before) {
    return before != null
        && !attributes.isEmpty()
        && !before.attributes.isEmpty()
        && !(same("ino", before) && same("dev", before));
  }

  private boolean same(String attribute, FileState other) {
    return Objects.equals(attributes.get(attribute), other.attributes.get(attribute));
  }

  /** A file that does not look as it did before; null where all do. */
  static @Nullable Path changed(Map<Path, FileState> now, Map<Path, FileState> before) {
    for (Map.Entry<Path, FileState> file : now.entrySet()) {
      if (!file.getValue().equals(before.get(file.getKey()))) {
        return file.getKey();
      }
    }
    return null;
  }
}
