package io.reseal.server.accesslog;

import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where lines end up: the end of a file, or the standard output. Blocks as long as a pipe's reader
 * wants; so it has a thread to itself.
 */
final class LineOutput implements Closeable {
  /** Who else may read addresses and paths of visitors is the operator's decision. */
  private static final FileAttribute<?> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----"));

  private final @Nullable Path path;
  private @Nullable FileChannel channel;
  private @Nullable Object openedKey;
  private boolean torn;

  /** @param path null for the standard output */
  LineOutput(@Nullable Path path) {
    this.path = path;
  }

  /** Opens it; of a pipe only when somebody reads. */
  void open() throws IOException {
    if (path == null && channel != null) {
      return;
    }
    FileChannel opened =
        path == null ? new FileOutputStream(FileDescriptor.out).getChannel() : openFile(path);
    FileChannel before = channel;
    channel = opened;
    openedKey = path == null ? null : key(path);
    torn = path != null && endsWithinLine(path);
    if (before != null) {
      before.close();
    }
  }

  private static FileChannel openFile(Path path) throws IOException {
    boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
    FileAttribute<?>[] created = posix ? new FileAttribute<?>[] {PRIVATE} : new FileAttribute<?>[0];
    return FileChannel.open(
        path,
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND),
        created);
  }

  /** Whether who wrote the file before ended in the middle of a line, as by a kill or a full disk. */
  private static boolean endsWithinLine(Path path) {
    if (!Files.isRegularFile(path)) {
      return false;
    }
    try (FileChannel reading = FileChannel.open(path, StandardOpenOption.READ)) {
      ByteBuffer last = ByteBuffer.allocate(1);
      return reading.size() > 0
          && reading.read(last, reading.size() - 1) == 1
          && last.get(0) != '\n';
    } catch (IOException unreadable) {
      // Who may only write it cannot know.
      return false;
    }
  }

  boolean isOpen() {
    return channel != null;
  }

  /** Whether the path names another file by now, or none. */
  boolean wasMoved() {
    try {
      return path != null && !Objects.equals(key(path), openedKey);
    } catch (NoSuchFileException gone) {
      return true;
    } catch (IOException unknown) {
      return false;
    }
  }

  private static @Nullable Object key(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  /**
   * Writes whole lines.
   *
   * @return how many bytes arrived: all but after a failure
   */
  Written write(byte[] bytes, int length) {
    FileChannel to = channel;
    if (to == null) {
      return new Written(0, new IOException("not open"));
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, length);
    try {
      if (torn) {
        // What an earlier failure left of a line must not run into this one.
        to.write(ByteBuffer.wrap(new byte[] {'\n'}));
        torn = false;
      }
      while (buffer.hasRemaining()) {
        to.write(buffer);
      }
      return new Written(length, null);
    } catch (IOException failed) {
      int arrived = buffer.position();
      torn = torn || arrived > 0 && bytes[arrived - 1] != '\n';
      return new Written(arrived, failed);
    }
  }

  /** Forgets what is open, so that it is opened again. */
  @Override
  public void close() throws IOException {
    FileChannel before = channel;
    channel = null;
    if (before != null && path != null) {
      before.close();
    }
  }

  /**
   * What became of a write.
   *
   * @param failure null where everything arrived
   */
  record Written(int bytes, @Nullable IOException failure) {}
}
