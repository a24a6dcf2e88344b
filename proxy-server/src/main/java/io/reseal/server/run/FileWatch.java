package io.reseal.server.run;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
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
  private static final int MOST_READINGS = 5;

  private final ConfigSource source;
  private final Reloader reloader;
  private final @Nullable FolderWatch folders;
  private final Thread thread;
  private Map<Path, FileState> seen;
  private volatile boolean closed;

  private FileWatch(
      ConfigSource source,
      Reloader reloader,
      Map<Path, FileState> seen,
      @Nullable FolderWatch folders) {
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
    FolderWatch folders = null;
    try {
      folders = FolderWatch.open();
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
      if (folders != null) {
        folders.watch(reloader.files());
      }
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
    } else {
      folders.await(millis);
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
