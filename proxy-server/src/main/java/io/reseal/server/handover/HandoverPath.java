package io.reseal.server.handover;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainSocketAddress;
import io.reseal.config.Location;
import io.reseal.config.Problem;
import io.reseal.config.RuntimeSettings.Transport;
import io.reseal.core.StartException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The place of a Unix domain socket, and what can be wrong with it. */
final class HandoverPath {
  /** What an address of that kind holds, without its end and without the number of a process. */
  private static final int MOST_BYTES = 107 - 8;

  private static final int KIND_OF_FILE = 0170000;
  private static final int SOCKET = 0140000;

  private HandoverPath() {}

  /**
   * Looks whether a handover at a path can work at all.
   *
   * @throws StartException if not, with what to do
   */
  static void check(Path path, Transport transport) throws StartException {
    if (!Epoll.isAvailable() || (transport != Transport.AUTO && transport != Transport.EPOLL)) {
      throw refused(
          path,
          "only the transport epoll can take over listening sockets",
          Epoll.isAvailable()
              ? "runtime.transport: " + transport.name().toLowerCase(Locale.ROOT)
              : "epoll does not work here",
          "auto or epoll",
          "Set runtime.transport, or start without --handover");
    }
    int bytes = path.toString().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MOST_BYTES) {
      throw refused(
          path,
          "the path is too long for a Unix domain socket",
          bytes + " bytes",
          "at most " + MOST_BYTES,
          "Use a shorter one, as /run/reseal/handover");
    }
    Path folder = folder(path);
    if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
      throw refused(
          path,
          "the socket cannot be made in " + folder,
          Files.isDirectory(folder) ? "a folder without the right to write" : "no folder",
          "a folder of the user that runs Reseal",
          "Make the folder, or use another path");
    }
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !isSocket(path)) {
      throw refused(
          path,
          "what is there is no socket",
          "another kind of file",
          "a socket, or nothing",
          "Use another path, or remove the file");
    }
  }

  private static Path folder(Path path) {
    Path folder = path.getParent();
    return folder == null ? Path.of(".") : folder;
  }

  private static boolean isSocket(Path path) {
    try {
      int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
      return (mode & KIND_OF_FILE) == SOCKET;
    } catch (IOException gone) {
      // In between: then nothing is there.
      return true;
    }
  }

  static DomainSocketAddress address(Path path) {
    return new DomainSocketAddress(path.toString());
  }

  static StartException refused(
      Path path, String what, String found, String expected, String hint) {
    return new StartException(List.of(new Problem(
        new Location("start", 0, 0, ""),
        "--handover " + path + ": " + what,
        found,
        expected,
        hint)));
  }
}
