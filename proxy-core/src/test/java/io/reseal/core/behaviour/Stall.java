package io.reseal.core.behaviour;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Finding out how much a peer takes before it makes the sender wait. */
final class Stall {
  /** A sender on loopback that has not moved for so long is waiting. */
  private static final long QUIET_NANOS = 400_000_000;

  private static final long DEADLINE_NANOS = 15_000_000_000L;

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
   * What the kernel may hold of one TCP connection on its way: the largest send and receive buffer
   * that it grows to by itself (tcp(7), {@code tcp_wmem} and {@code tcp_rmem}), which newer kernels
   * have of 32 MiB.
   */
  static long mostInKernel() throws IOException {
    return largest("tcp_wmem") + largest("tcp_rmem");
  }

  private static long largest(String setting) throws IOException {
    // By lines: what reads it whole asks for one byte first, and the kernel gives no second answer.
    String[] sizes =
        Files.readAllLines(Path.of("/proc/sys/net/ipv4", setting)).getFirst().split("\\s+");
    return Long.parseLong(sizes[sizes.length - 1]);
  }

  long bytesTaken() {
    return bytesTaken;
  }
}
