package io.reseal.server.run;

import io.reseal.config.Listener;
import io.reseal.config.ProxyConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The limit of open files and what a configuration may need. The Java runtime has raised the soft
 * limit to the hard one by now; more only the one who starts the process can give.
 */
final class OpenFiles {
  private static final Logger LOG = LoggerFactory.getLogger(OpenFiles.class);
  private static final Path LIMITS = Path.of("/proc/self/limits");
  private static final String ROW = "Max open files";

  /** Files, native libraries, listening sockets, resolvers. */
  private static final long OTHERS = 256;

  private OpenFiles() {}

  static void check(ProxyConfig config) {
    long limit = limit();
    long needed = needed(config);
    if (limit < needed) {
      LOG.warn(
          "the limit of open files is {}, and {} are needed for every connection that the"
              + " configuration allows; beyond the limit accepting pauses. Raise it (ulimit -n,"
              + " LimitNOFILE=), or lower maxConnections",
          limit,
          needed);
    } else {
      LOG.info("the limit of open files is {}", limit == Long.MAX_VALUE ? "none" : limit);
    }
  }

  /** Each client's connection may have one to an upstream beside it. */
  static long needed(ProxyConfig config) {
    long clients = 0;
    for (Listener listener : config.listeners()) {
      clients += listener.maxConnections();
    }
    return 2 * clients + OTHERS;
  }

  private static long limit() {
    try {
      return parse(Files.readAllLines(LIMITS));
    } catch (IOException notLinux) {
      return Long.MAX_VALUE;
    }
  }

  /** The soft limit of a table as in {@code /proc/self/limits}. */
  static long parse(List<String> table) {
    for (String line : table) {
      if (line.startsWith(ROW)) {
        String soft = line.substring(ROW.length()).strip().split("\\s+")[0];
        return soft.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(soft);
      }
    }
    return Long.MAX_VALUE;
  }
}
