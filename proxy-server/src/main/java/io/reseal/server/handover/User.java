package io.reseal.server.handover;

import io.netty.channel.unix.PeerCredentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The user of this process, and whom it trusts with listening sockets. */
final class User {
  private static final String EFFECTIVE = "(?s).*\nUid:\t\\d+\t(\\d+)\t.*";
  private static final int ROOT = 0;

  private User() {}

  /** The effective user. The owner of the process's files does not tell, for they may be root's. */
  static int own() throws IOException {
    String status = Files.readString(Path.of("/proc/self/status"));
    return Integer.parseInt(status.replaceFirst(EFFECTIVE, "$1"));
  }

  /**
   * Lets only the same user and root pass.
   *
   * @throws RefusedException for others
   */
  static void require(PeerCredentials peer) throws IOException {
    int own = own();
    if (peer.uid() != own && peer.uid() != ROOT) {
      throw new RefusedException("the other process runs as user " + peer.uid() + " (expected: "
          + own + "). Start both as the same user");
    }
  }
}
