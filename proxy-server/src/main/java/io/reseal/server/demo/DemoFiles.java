package io.reseal.server.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The folder of the demonstration: certificates and the configuration, to be read, changed and run.
 * Private keys are in it; only the user may read it.
 */
final class DemoFiles implements AutoCloseable {
  private final Path folder;
  private final boolean temporary;

  private DemoFiles(Path folder, boolean temporary) {
    this.folder = folder;
    this.temporary = temporary;
  }

  /** A new folder that goes when the demonstration ends. */
  static DemoFiles temporary() throws IOException {
    return new DemoFiles(
        Files.createTempDirectory("reseal-demo-").toAbsolutePath(), /* temporary= */ true);
  }

  /** A folder that stays; made if it is not there. */
  static DemoFiles in(Path folder) throws IOException {
    return new DemoFiles(
        Files.createDirectories(folder).toAbsolutePath().normalize(), /* temporary= */ false);
  }

  Path path(String name) {
    return folder.resolve(name);
  }

  void write(String name, String text) throws IOException {
    Files.writeString(path(name), text);
  }

  /** Writes what only the user may read. */
  void writeSecret(String name, String text) throws IOException {
    Path file = path(name);
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, text);
  }

  @Override
  public void close() throws IOException {
    if (!temporary) {
      return;
    }
    List<Path> all;
    try (Stream<Path> found = Files.walk(folder)) {
      all = found.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      Files.deleteIfExists(path);
    }
  }
}
