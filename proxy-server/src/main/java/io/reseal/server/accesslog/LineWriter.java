package io.reseal.server.accesslog;

import io.reseal.config.AccessLogSettings;
import io.reseal.config.AccessLogSettings.Output;
import io.reseal.server.metrics.QueueCounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that writes the lines which wait. Whoever offers one never waits: the thread looks for
 * itself every {@value #LOOK_MILLIS} ms, because waking it would cost a system call for each request,
 * and each time that it wakes costs as much as many lines. Only where an eighth of the room is taken
 * it is called sooner.
 */
final class LineWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LineWriter.class);
  private static final int LOOK_MILLIS = 25;
  private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long WARN_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final long LAST_WRITES_MILLIS = 1_000;

  private final Map<Thread, LineStripe> stripes = new ConcurrentHashMap<>();
  private final Backlog backlog;
  private final WallClock clock = new WallClock();
  private final AccessLogSettings settings;
  private final QueueCounts counts;
  private final LineOutput output;
  private final Output named;
  private final Thread thread;
  private final AtomicBoolean mistaken = new AtomicBoolean();
  private volatile boolean closing;
  private volatile boolean reopen;
  private long checkedNanos = System.nanoTime();
  private long warnedNanos = System.nanoTime() - WARN_NANOS;

  private LineWriter(AccessLogSettings settings, QueueCounts counts) {
    this.settings = settings;
    this.backlog = new Backlog(settings.queueLines());
    this.counts = counts;
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
    try {
      if (!stripe().add(happened)) {
        counts.addNotQueued(1);
      }
    } catch (RuntimeException mistake) {
      counts.addLost(1);
      if (mistaken.compareAndSet(false, true)) {
        LOG.error("a line of the access log could not be made; others are only counted", mistake);
      }
    }
  }

  private LineStripe stripe() {
    Thread current = Thread.currentThread();
    LineStripe stripe = stripes.get(current);
    return stripe == null ? stripes.computeIfAbsent(current, ignored -> newStripe()) : stripe;
  }

  private LineStripe newStripe() {
    LineBuffer buffer = LineBuffer.of(settings.format());
    return new LineStripe(
        buffer,
        new AccessLines(buffer, settings.query(), clock),
        backlog,
        () -> LockSupport.unpark(thread));
  }

  /** Opens the file again, soon. */
  void reopen() {
    reopen = true;
  }

  private void run() {
    while (true) {
      // Read first: what was offered before the close must be written.
      boolean last = closing;
      look();
      if (last) {
        break;
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
    }
    closeOutput();
  }

  /** Writes what waits. */
  private void look() {
    try {
      prepareOutput();
      for (LineStripe stripe : stripes.values()) {
        writeWaiting(stripe);
      }
    } catch (RuntimeException | Error mistake) {
      // Without this thread there would be no lines any more.
      if (mayWarn()) {
        LOG.error("lines of the access log could not be written; they are counted", mistake);
      }
    }
  }

  private void prepareOutput() {
    long now = System.nanoTime();
    boolean due = now - checkedNanos >= CHECK_NANOS;
    if (due) {
      checkedNanos = now;
      clock.synchronize();
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

  /**
   * Writes full batches and then what there is: what comes meanwhile waits for the next look, or a
   * fast output would be given line by line.
   */
  private void writeWaiting(LineStripe stripe) {
    LineBatch batch = stripe.poll();
    while (batch != null) {
      try {
        prepareOutput();
        write(batch);
      } catch (RuntimeException | Error mistake) {
        counts.addLost(batch.lines());
        throw mistake;
      } finally {
        stripe.giveBack(batch);
      }
      batch = batch.isFull() ? stripe.poll() : null;
    }
  }

  private void write(LineBatch batch) {
    LineOutput.Written written = output.write(batch.bytes(), batch.length());
    int arrived = written.failure() == null ? batch.lines() : whole(batch, written.bytes());
    counts.addDelivered(arrived);
    counts.addLost(batch.lines() - arrived);
    if (written.failure() != null) {
      warn("write", written.failure());
      reopenBroken();
    }
  }

  private static int whole(LineBatch batch, int arrivedBytes) {
    int count = 0;
    for (int i = 0; i < arrivedBytes; i++) {
      if (batch.bytes()[i] == '\n') {
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
    if (mayWarn()) {
      LOG.warn(
          "accessLog.output: cannot {} {}: {}; lines are dropped until it works again, {} so far",
          what,
          named,
          failed.getMessage(),
          counts.lost() + counts.notQueued());
    }
  }

  /** Once a minute is enough. */
  private boolean mayWarn() {
    long now = System.nanoTime();
    boolean due = now - warnedNanos >= WARN_NANOS;
    if (due) {
      warnedNanos = now;
    }
    return due;
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
      int waiting = backlog.lines()
          + stripes.values().stream().mapToInt(LineStripe::openLines).sum();
      LOG.warn("accessLog.output: {} takes no lines; {} that wait are lost", named, waiting);
    }
  }
}
