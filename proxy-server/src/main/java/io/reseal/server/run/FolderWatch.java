package io.reseal.server.run;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The events of the folders in which files, and links on the way to them, stand. They say when to
 * look at the files, not what has changed. For one thread, but for {@link #close}.
 */
final class FolderWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("reseal.config");
  private static final int MOST_LINKS = 40;
  private static final long OTHERS_MILLIS = 50;

  private final WatchService events;
  private final Map<Path, WatchKey> watched = new HashMap<>();

  /**
   * The names of the files, and of the links on the way to them. Without their folders: one folder may
   * be watched by two paths, and its events tell one of them.
   */
  private Set<Path> names = Set.of();

  private FolderWatch(WatchService events) {
    this.events = events;
  }

  /**
   * Begins with no folder.
   *
   * @throws IOException if the system has no more watches to give
   * @throws UnsupportedOperationException if it has none at all
   */
  static FolderWatch open() throws IOException {
    return new FolderWatch(FileSystems.getDefault().newWatchService());
  }

  /** Watches the folders of these files from now on. */
  void watch(Set<Path> files) {
    Set<Path> paths = new HashSet<>();
    files.forEach(file -> addPaths(file.toAbsolutePath(), paths, MOST_LINKS));
    Set<Path> folders = new HashSet<>();
    Set<Path> known = new HashSet<>();
    for (Path path : paths) {
      folders.add(path.getParent());
      known.add(path.getFileName());
    }
    names = known;
    watched.entrySet().removeIf(each -> {
      boolean gone = !folders.contains(each.getKey());
      if (gone) {
        each.getValue().cancel();
      }
      return gone;
    });
    for (Path folder : folders) {
      if (!watched.containsKey(folder)) {
        try {
          watched.put(
              folder,
              folder.register(
                  events,
                  StandardWatchEventKinds.ENTRY_CREATE,
                  StandardWatchEventKinds.ENTRY_MODIFY,
                  StandardWatchEventKinds.ENTRY_DELETE));
        } catch (IOException notThere) {
          LOG.debug("folder {} cannot be watched", folder, notThere);
        }
      }
    }
  }

  /** The path of a file, and of each link that it stands for. */
  private static void addPaths(Path file, Set<Path> paths, int linksLeft) {
    Path folder = file.getParent();
    if (folder == null || linksLeft == 0) {
      return;
    }
    paths.add(file);
    try {
      if (Files.isSymbolicLink(file)) {
        addPaths(folder.resolve(Files.readSymbolicLink(file)).normalize(), paths, linksLeft - 1);
      }
    } catch (IOException gone) {
      // Its folder tells when it is back.
    }
  }

  /**
   * Waits for something that may have to do with the files, for so long at most.
   *
   * @return whether there was something
   */
  boolean await(long millis) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    WatchKey key = events.poll(millis, TimeUnit.MILLISECONDS);
    while (key != null) {
      boolean concerned = false;
      while (key != null) {
        concerned |= concerns(key);
        key = events.poll();
      }
      if (concerned) {
        return true;
      }
      // Somebody else is busy in the folder, as whoever writes a log there.
      Thread.sleep(OTHERS_MILLIS);
      key = events.poll(Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
    }
    return false;
  }

  /** Whether one of the files may have changed; takes all that happened in the folder. */
  private boolean concerns(WatchKey key) {
    boolean concerned = false;
    for (WatchEvent<?> event : key.pollEvents()) {
      // Whatever comes and goes may be a link, or a folder, on the way to one of the files.
      concerned |= event.kind() != StandardWatchEventKinds.ENTRY_MODIFY
          || event.context() instanceof Path name && names.contains(name);
    }
    if (!key.reset()) {
      watched.values().remove(key);
      concerned = true;
    }
    return concerned;
  }

  @Override
  public void close() throws IOException {
    events.close();
  }
}
