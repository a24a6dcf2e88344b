package io.reseal.core.behaviour;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/** Finding out how much a peer takes before it makes the sender wait. */
final class Stall {
  /** A sender on loopback that has not moved for so long is waiting. */
  private static final long QUIET_NANOS = 400_000_000;

  private static final long DEADLINE_NANOS = 15_000_000_000L;

  /** The state of a socket whose queues are of connections, not of bytes. */
  private static final long LISTENING = 10;

  private final long bytesTaken;

  private Stall(long bytesTaken) {
    this.bytesTaken = bytesTaken;
  }

  /** Writes up to this many bytes on a thread of its own, until it stands still or is done. */
  static Stall ofWriting(OutputStream out, byte[] part, long limit) {
    AtomicLong taken = new AtomicLong();
    Thread.ofVirtual().start(() -> {
      try {
        while (taken.get() < limit) {
          out.write(part);
          taken.addAndGet(part.length);
        }
      } catch (IOException e) {
        // The test has ended, or will see it on its own side.
      }
    });
    return of(taken::get, limit);
  }

  /** Watches a count of bytes until it stands still or reaches the limit. */
  static Stall of(LongSupplier count, long limit) {
    long[] last = {-1, System.nanoTime()};
    long end = System.nanoTime() + DEADLINE_NANOS;
    Await.until(() -> {
      long now = System.nanoTime();
      long current = count.getAsLong();
      if (current != last[0] || current == 0) {
        last[0] = current;
        last[1] = now;
      }
      return current >= limit || now - last[1] > QUIET_NANOS || now > end;
    });
    return new Stall(count.getAsLong());
  }

  /**
   * What the kernel holds of the connections to and from these ports: sent and not acknowledged, or
   * received and not read. Its buffers grow as they like, to 32 MiB with newer kernels, and are
   * nobody's memory.
   */
  static long bytesInKernel(int... ports) throws IOException {
    long bytes = 0;
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      List<String> rows = Files.readAllLines(Path.of(table));
      for (String row : rows.subList(1, rows.size())) {
        String[] columns = row.strip().split("[ :]+");
        boolean meant = IntStream.of(ports)
            .anyMatch(port -> hex(columns[2]) == port || hex(columns[4]) == port);
        if (meant && hex(columns[5]) != LISTENING) {
          bytes += hex(columns[6]) + hex(columns[7]);
        }
      }
    }
    return bytes;
  }

  private static long hex(String digits) {
    return Long.parseLong(digits, 16);
  }

  long bytesTaken() {
    return bytesTaken;
  }
}
