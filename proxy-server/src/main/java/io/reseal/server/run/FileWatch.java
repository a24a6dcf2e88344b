package io.reseal.server.run;

import io.reseal.server.run.Reloader.DuringHandover;
import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The watch over the configuration and every file that it names. The folders' events (inotify) make
 * it quick; what the files look like, asked at least twice a second for up to a thousand files,
 * decides, so that no way of changing them is missed: rename, write, symbolic links on the way.
 *
 * <p>It says when to read; the {@link Reloader} waits for the files to be quiet. A thread of its own.
 */
final class FileWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("reseal.config");

  /** With the quiet time well below one second, for where there are no events: {@link QuietTime}. */
  static final long SHORTEST_POLL_MILLIS = 500;

  private static final int FILES_PER_MILLI = 2;

  private final Reloader reloader;
  private final @Nullable FolderWatch folders;
  private final Thread thread;
  private volatile boolean closed;

  private FileWatch(Reloader reloader, @Nullable FolderWatch folders) {
    this.reloader = reloader;
    this.folders = folders;
    this.thread = Thread.ofPlatform().name("reseal-watch").daemon().unstarted(this::watch);
  }

  /** Starts watching. */
  static FileWatch start(Reloader reloader) {
    try {
      return start(reloader, FolderWatch.open());
    } catch (IOException | UnsupportedOperationException none) {
      LOG.warn("folders cannot be watched ({}); files are looked at in turns", none.getMessage());
      return startPolling(reloader);
    }
  }

  /** Starts looking at the files in turns alone, without events of their folders. */
  static FileWatch startPolling(Reloader reloader) {
    return start(reloader, /* folders= */ null);
  }

  private static FileWatch start(Reloader reloader, @Nullable FolderWatch folders) {
    FileWatch watch = new FileWatch(reloader, folders);
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
    try {
      if (folders != null) {
        // Before the look: what changes after it is told.
        folders.watch(reloader.files());
      }
      if (reloader.isUpToDate()) {
        await();
      } else {
        reloader.reload("files changed", DuringHandover.WAIT);
      }
    } catch (ClosedWatchServiceException ended) {
      throw ended;
    } catch (RuntimeException failed) {
      LOG.error("the files of the configuration could not be looked at", failed);
      Thread.sleep(SHORTEST_POLL_MILLIS);
    }
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
