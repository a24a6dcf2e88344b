package io.reseal.server.run;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The watch over the configuration and every file that it names. The folders' events (inotify) make
 * it quick; what the files look like, asked at least twice a second for up to a thousand files,
 * decides, so that no way of changing them is missed: rename, write, symbolic links on the way.
 *
 * <p>A change is read when the files have been quiet for a moment and nobody is known to be writing
 * one, and read again if they changed meanwhile. A thread of its own.
 */
final class FileWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("reseal.config");
  private static final long SHORTEST_POLL_MILLIS = 500;
  private static final int FILES_PER_MILLI = 2;
  private static final long QUIET_MILLIS = 100;
  private static final long MOST_UNREST_MILLIS = 400;
  private static final long MOST_WRITING_MILLIS = 10_000;
  private static final long OTHERS_MILLIS = 50;
  private static final int MOST_LINKS = 40;
  private static final int MOST_READINGS = 5;

  private final ConfigSource source;
  private final Reloader reloader;
  private final @Nullable WatchService folders;
  private final Map<Path, WatchKey> watched = new HashMap<>();
  private final Thread thread;

  /** The files, and the links on the way to them. */
  private Set<Path> paths = Set.of();

  private Map<Path, FileState> seen;
  private volatile boolean closed;

  private FileWatch(
      ConfigSource source,
      Reloader reloader,
      Map<Path, FileState> seen,
      @Nullable WatchService folders) {
    this.source = source;
    this.reloader = reloader;
    this.seen = seen;
    this.folders = folders;
    this.thread = Thread.ofPlatform().name("reseal-watch").daemon().unstarted(this::watch);
  }

  /**
   * Starts watching.
   *
   * @param atStart what the files looked like before they were read
   */
  static FileWatch start(ConfigSource source, Reloader reloader, Map<Path, FileState> atStart) {
    WatchService folders = null;
    try {
      folders = FileSystems.getDefault().newWatchService();
    } catch (IOException | UnsupportedOperationException none) {
      LOG.warn("folders cannot be watched ({}); files are looked at in turns", none.getMessage());
    }
    FileWatch watch = new FileWatch(source, reloader, atStart, folders);
    watch.thread.start();
    return watch;
  }

  private void watch() {
    try {
      while (!closed) {
        look();
      }
    } catch (InterruptedException | ClosedWatchServiceException ended) {
      // Closed.
    }
  }

  /** One look at the files. What goes wrong in it must not be the last one. */
  private void look() throws InterruptedException {
    Map<Path, FileState> now = FileState.of(reloader.files());
    try {
      watchFolders(reloader.files());
      if (now.equals(seen)) {
        await();
      } else {
        changed();
      }
    } catch (ClosedWatchServiceException ended) {
      throw ended;
    } catch (RuntimeException failed) {
      LOG.error("a change of the configuration could not be taken up", failed);
      seen = now;
    }
  }

  private void changed() throws InterruptedException {
    for (int reading = 1; ; reading++) {
      settle();
      Map<Path, FileState> before = FileState.of(reloader.files());
      ConfigSource.Reading read = source.read();
      Map<Path, FileState> after = FileState.of(read.files());
      boolean steady = FileState.of(before.keySet()).equals(before);
      if (steady || reading == MOST_READINGS || closed) {
        if (!closed) {
          reloader.take(read, "files changed");
        }
        // A file named now for the first time was read after this look at it, or it has changed and
        // is read again.
        seen = after;
        if (!steady) {
          seen.putAll(before);
        }
        return;
      }
    }
  }

  /** Waits for the files to be quiet, and for writers to finish, both for a bounded time. */
  private void settle() throws InterruptedException {
    long start = System.nanoTime();
    Set<Path> files = reloader.files();
    Map<Path, FileState> now = FileState.of(files);
    Map<Path, FileState> before;
    do {
      before = now;
      Thread.sleep(QUIET_MILLIS);
      now = FileState.of(files);
    } while (!now.equals(before) && millisSince(start) < MOST_UNREST_MILLIS);
    while (!closed && beingWritten(now) && millisSince(start) < MOST_WRITING_MILLIS) {
      Thread.sleep(QUIET_MILLIS);
    }
  }

  private boolean beingWritten(Map<Path, FileState> now) {
    for (Map.Entry<Path, FileState> file : now.entrySet()) {
      if (!file.getValue().equals(seen.get(file.getKey()))
          && OpenForWriting.isKnown(file.getKey())) {
        return true;
      }
    }
    return false;
  }

  private static long millisSince(long start) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
  }

  private void await() throws InterruptedException {
    long millis = Math.max(SHORTEST_POLL_MILLIS, reloader.files().size() / FILES_PER_MILLI);
    if (folders == null) {
      Thread.sleep(millis);
      return;
    }
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    WatchKey key = folders.poll(millis, TimeUnit.MILLISECONDS);
    boolean concerned = false;
    while (key != null && !concerned) {
      while (key != null) {
        concerned |= concerns(key);
        key = folders.poll();
      }
      if (!concerned) {
        // Somebody else is busy in the folder, as whoever writes a log there.
        Thread.sleep(OTHERS_MILLIS);
        long left = Math.max(0, until - System.nanoTime());
        key = folders.poll(left, TimeUnit.NANOSECONDS);
      }
    }
  }

  /** Whether something happened that may have to do with the files; takes all that happened. */
  private boolean concerns(WatchKey key) {
    boolean concerned = false;
    Path folder = (Path) key.watchable();
    for (WatchEvent<?> event : key.pollEvents()) {
      // Whatever comes and goes may be a link, or a folder, on the way to one of the files.
      concerned |= event.kind() != StandardWatchEventKinds.ENTRY_MODIFY
          || event.context() instanceof Path name && paths.contains(folder.resolve(name));
    }
    if (!key.reset()) {
      watched.values().remove(key);
      concerned = true;
    }
    return concerned;
  }

  private void watchFolders(Set<Path> files) {
    if (folders == null) {
      return;
    }
    Set<Path> all = new HashSet<>();
    files.forEach(file -> addPaths(file.toAbsolutePath(), all, MOST_LINKS));
    paths = all;
    Set<Path> wanted = new HashSet<>();
    all.forEach(path -> wanted.add(path.getParent()));
    watched.entrySet().removeIf(each -> {
      boolean gone = !wanted.contains(each.getKey());
      if (gone) {
        each.getValue().cancel();
      }
      return gone;
    });
    for (Path folder : wanted) {
      if (!watched.containsKey(folder)) {
        try {
          watched.put(
              folder,
              folder.register(
                  folders,
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

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      if (folders != null) {
        folders.close();
      }
      thread.join(TimeUnit.SECONDS.toMillis(2));
    } catch (IOException ignored) {
      // Nothing depends on it.
    } catch (InterruptedException asked) {
      Thread.currentThread().interrupt();
    }
  }
}
