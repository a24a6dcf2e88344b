package io.reseal.server.doctor;

import io.reseal.config.Location;
import io.reseal.config.pem.PemText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.function.Consumer;

/** The check of who can read a private key, also of one that stands in the configuration itself. */
final class KeyFileCheck {
  private KeyFileCheck() {}

  static void run(String keySource, Location place, Location config, Consumer<Finding> found) {
    String file = keySource.equals(PemText.INLINE) ? config.file() : keySource;
    if (!file.isEmpty() && isReadableByOthers(Path.of(file))) {
      found.accept(Finding.warning(
          Kind.READABLE_KEY,
          place,
          "everybody on this machine can read the private key in " + file,
          "Take the right away:",
          "chmod o-r " + Commands.word(file)));
    }
  }

  private static boolean isReadableByOthers(Path file) {
    try {
      return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ);
    } catch (IOException | UnsupportedOperationException noSuchRights) {
      return false;
    }
  }
}
