package io.reseal.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Limits as the kernel's files show them, for both versions of control groups. */
final class CgroupMemoryTest {
  private static final long MIB = 1L << 20;

  @TempDir
  private Path root = Path.of("");

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  @Test
  void readsAContainersLimitOfVersion2() throws IOException {
    write("proc/self/cgroup", "0::/\n");
    write("sys/fs/cgroup/memory.max", "134217728\n");
    assertThat(CgroupMemory.limitBytes(root)).hasValue(128 * MIB);
  }

  @Test
  void takesTheLowestOfNestedGroupsOfVersion2() throws IOException {
    write("proc/self/cgroup", "0::/system.slice/reseal.service\n");
    write("sys/fs/cgroup/system.slice/memory.max", "268435456\n");
    write("sys/fs/cgroup/system.slice/reseal.service/memory.max", "max\n");
    assertThat(CgroupMemory.limitBytes(root)).hasValue(256 * MIB);
  }

  @Test
  void findsNoLimitOfVersion2() throws IOException {
    write("proc/self/cgroup", "0::/\n");
    write("sys/fs/cgroup/memory.max", "max\n");
    assertThat(CgroupMemory.limitBytes(root)).isEmpty();
  }

  @Test
  void readsAContainersLimitOfVersion1UnderThePathOfTheHost() throws IOException {
    write("proc/self/cgroup", "5:cpu:/docker/abc\n4:memory:/docker/abc\n0::/\n");
    write("sys/fs/cgroup/memory/memory.limit_in_bytes", "134217728\n");
    assertThat(CgroupMemory.limitBytes(root)).hasValue(128 * MIB);
  }

  @Test
  void findsNoLimitOfVersion1() throws IOException {
    write("proc/self/cgroup", "4:memory:/\n");
    write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    assertThat(CgroupMemory.limitBytes(root)).isEmpty();
  }

  @Test
  void findsNoLimitWithoutControlGroups() {
    assertThat(CgroupMemory.limitBytes(root)).isEmpty();
  }
}
