package io.reseal.config.docs;

import java.nio.file.Files;
import java.nio.file.Path;

/** The files of the project, found from whatever folder the tests run in. */
final class ProjectFiles {
  private ProjectFiles() {}

  /** The folder {@code docs} at the root of the project. */
  static Path docs() {
    Path folder = Path.of("").toAbsolutePath();
    while (folder != null) {
      if (Files.isDirectory(folder.resolve("docs/examples"))) {
        return folder.resolve("docs");
      }
      folder = folder.getParent();
    }
    throw new IllegalStateException(
        "no folder docs/examples above " + Path.of("").toAbsolutePath());
  }
}
