package io.reseal.server.accesslog;

import io.reseal.config.AccessLogSettings;
import io.reseal.config.AccessLogSettings.Output;
import io.reseal.core.observe.ExchangeRecord;
import io.reseal.core.observe.TunnelRecord;
import io.reseal.server.metrics.QueueCounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jctools.queues.MpscArrayQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bounded queue of what happened, and the thread that makes lines of it. Whoever offers never
 * waits: the thread looks for itself every {@value #LOOK_MILLIS} ms, because waking it would cost a
 * system call for each request. In busy times it looks every {@value #BUSY_LOOK_MILLIS} ms, so that
 * what waits is little and still in the processor's caches.
 */
final class LineWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LineWriter.class);
  private static final int LOOK_MILLIS = 25;
  private static final int BUSY_LOOK_MILLIS = 5;
  private static final int BATCH_BYTES = 64 << 10;
  private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long WARN_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long LAST_WRITES_MILLIS = 1_000;

  private final MpscArrayQueue<Object> queue;
  private final QueueCounts counts;
  private final LineBuffer buffer;
  private final AccessLines lines;
  private final LineOutput output;
  private final Output named;
  private final Thread thread;
  private volatile boolean closing;
  private volatile boolean reopen;
  private long checkedNanos = System.nanoTime();
  private long warnedNanos = System.nanoTime() - WARN_NANOS;

  private LineWriter(AccessLogSettings settings, QueueCounts counts) {
    this.queue = new MpscArrayQueue<>(settings.queueLines());
    this.counts = counts;
    this.buffer = LineBuffer.of(settings.format());
    this.lines = new AccessLines(buffer, settings.query());
    this.named = settings.output();
    this.output = new LineOutput(named instanceof Output.File(Path path) ? path : null);
    this.thread = Thread.ofPlatform().daemon().name("reseal-access-log").unstarted(this::run);
  }

  /**
   * Starts one.
   *
   * @throws IOException if the file cannot be written; of pipes and devices that shows later
   */
  static LineWriter start(AccessLogSettings settings, QueueCounts counts) throws IOException {
    LineWriter writer = new LineWriter(settings, counts);
    if (!mayBlock(settings.output())) {
      writer.output.open();
    }
    writer.thread.start();
    return writer;
  }

  /** Whether to open it may take until somebody reads: neither a file nor a folder. */
  private static boolean mayBlock(Output output) throws IOException {
    return output instanceof Output.File(Path path)
        && Files.exists(path)
        && Files.readAttributes(path, BasicFileAttributes.class).isOther();
  }

  /** Takes a record of an exchange or a tunnel, unless too many wait. Thread-safe, never blocks. */
  void offer(Object happened) {
    if (!queue.offer(happened)) {
      counts.addNotQueued(1);
    }
  }

  /** Opens the file again, soon. */
  void reopen() {
    reopen = true;
  }

  private void run() {
    int pauseMillis = LOOK_MILLIS;
    while (true) {
      // Read first: what was offered before the close must be written.
      boolean last = closing;
      boolean worked = false;
      try {
        prepareOutput();
        worked = writeBatch();
      } catch (RuntimeException | Error mistake) {
        LOG.error("a line of the access log could not be made", mistake);
        buffer.clear();
      }
      if (worked) {
        pauseMillis = BUSY_LOOK_MILLIS;
      } else {
        if (last) {
          break;
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pauseMillis));
        pauseMillis = Math.min(LOOK_MILLIS, 2 * pauseMillis);
      }
    }
    closeOutput();
  }

  private void prepareOutput() {
    long now = System.nanoTime();
    boolean due = now - checkedNanos >= CHECK_NANOS;
    if (due) {
      checkedNanos = now;
      lines.synchronize();
    }
    boolean asked = reopen;
    if (output.isOpen() && !asked && !(due && output.wasMoved())) {
      return;
    }
    reopen = false;
    try {
      output.open();
    } catch (IOException failed) {
      warn("open", failed);
    }
  }

  /** Whether there was anything to write. */
  private boolean writeBatch() {
    Object happened = queue.relaxedPoll();
    while (happened != null) {
      switch (happened) {
        case ExchangeRecord exchange -> lines.write(exchange);
        case TunnelRecord tunnel -> lines.write(tunnel);
        default -> throw new IllegalArgumentException("no line for " + happened.getClass());
      }
      happened = buffer.length() < BATCH_BYTES ? queue.relaxedPoll() : null;
    }
    if (buffer.lines() == 0) {
      return false;
    }
    LineOutput.Written written = output.write(buffer.bytes(), buffer.length());
    int arrived = written.failure() == null ? buffer.lines() : whole(written.bytes());
    counts.addDelivered(arrived);
    counts.addLost(buffer.lines() - arrived);
    buffer.clear();
    if (written.failure() != null) {
      warn("write", written.failure());
      reopenBroken();
    }
    return true;
  }

  private int whole(int arrivedBytes) {
    int count = 0;
    for (int i = 0; i < arrivedBytes; i++) {
      if (buffer.bytes()[i] == '\n') {
        count++;
      }
    }
    return count;
  }

  /** A pipe whose reader has left stays broken until it is opened again. */
  private void reopenBroken() {
    if (named instanceof Output.File(Path path) && !Files.isRegularFile(path)) {
      closeOutput();
    }
  }

  private void closeOutput() {
    try {
      output.close();
    } catch (IOException failed) {
      warn("close", failed);
    }
  }

  private void warn(String what, IOException failed) {
    long now = System.nanoTime();
    if (now - warnedNanos >= WARN_NANOS) {
      warnedNanos = now;
      LOG.warn(
          "accessLog.output: cannot {} {}: {}; lines are dropped until it works again, {} so far",
          what,
          named,
          failed.getMessage(),
          counts.lost() + counts.notQueued());
    }
  }

  /** Writes what waits, unless the output takes too long. */
  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
    try {
      thread.join(LAST_WRITES_MILLIS);
    } catch (InterruptedException asked) {
      Thread.currentThread().interrupt();
    }
    if (thread.isAlive()) {
      LOG.warn("accessLog.output: {} takes no lines; {} that wait are lost", named, queue.size());
    }
  }
}
