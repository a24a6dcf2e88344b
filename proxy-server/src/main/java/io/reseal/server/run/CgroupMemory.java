package io.reseal.server.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * The memory that control groups grant this process, of version 1 or 2. The Java runtime sizes its
 * heap by the same limit but does not say it without loading a hundred classes of its management.
 */
public final class CgroupMemory {
  /** Version 1 spells "no limit" as the largest multiple of a page. */
  private static final long UNLIMITED_BYTES = 1L << 60;

  private CgroupMemory() {}

  /** The lowest limit in bytes that holds for this process; empty for none. */
  public static OptionalLong limitBytes() {
    return limitBytes(Path.of("/"));
  }

  /** The same under another root of the file system. */
  static OptionalLong limitBytes(Path root) {
    List<String> groups;
    try {
      groups = Files.readAllLines(root.resolve("proc/self/cgroup"));
    } catch (IOException noCgroups) {
      return OptionalLong.empty();
    }
    Path mount = root.resolve("sys/fs/cgroup");
    for (String group : groups) {
      // number:controllers:path
      String[] parts = group.split(":", 3);
      if (parts.length == 3 && List.of(parts[1].split(",")).contains("memory")) {
        return lowest(mount.resolve("memory"), parts[2], "memory.limit_in_bytes");
      }
    }
    for (String group : groups) {
      if (group.startsWith("0::")) {
        return lowest(mount, group.substring("0::".length()), "memory.max");
      }
    }
    return OptionalLong.empty();
  }

  /**
   * Every group up to the root may limit. In a container the path can be that of the host, where
   * only the root exists: that is then the container's own group.
   */
  private static OptionalLong lowest(Path mount, String path, String file) {
    long lowest = Long.MAX_VALUE;
    Path group = mount.resolve(path.replaceFirst("^/+", "")).normalize();
    for (Path each = group; each != null && each.startsWith(mount); each = each.getParent()) {
      lowest = Math.min(lowest, read(each.resolve(file)));
    }
    return lowest < UNLIMITED_BYTES ? OptionalLong.of(lowest) : OptionalLong.empty();
  }

  private static long read(Path file) {
    try {
      return Long.parseLong(Files.readString(file).strip());
    } catch (IOException | NumberFormatException noLimit) {
      // Version 2 says "max"; its root has no such file.
      return Long.MAX_VALUE;
    }
  }
}
