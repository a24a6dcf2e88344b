package io.reseal.server.run;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.AppenderBase;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Where the reader of the log stands still, every line is either kept or counted as lost. */
final class LogQueueTest {
  private static final int WRITERS = 8;
  private static final int LINES = 500;
  private static final int QUEUE = 64;

  /** An output that takes nothing until it is let go, as a pipe that nobody reads. */
  private static final class Stalled extends AppenderBase<ILoggingEvent> {
    private final CountDownLatch letGo = new CountDownLatch(1);
    private final List<String> written = new CopyOnWriteArrayList<>();

    @Override
    protected void append(ILoggingEvent event) {
      try {
        letGo.await();
      } catch (InterruptedException e) {
        // At the end; Logback interrupts its thread, and writes what is left.
      }
      written.add(event.getFormattedMessage());
    }
  }

  @Test
  void countsEachLineThatFindsNoRoom() {
    LoggerContext context = new LoggerContext();
    context.setMDCAdapter(new LogbackMDCAdapter());
    Stalled output = new Stalled();
    output.setContext(context);
    output.start();
    LogQueue queue = new LogQueue();
    queue.setContext(context);
    queue.setQueueSize(QUEUE);
    queue.setDiscardingThreshold(0);
    queue.setNeverBlock(true);
    queue.addAppender(output);
    queue.start();
    Logger log = context.getLogger(Logger.ROOT_LOGGER_NAME);
    log.addAppender(queue);

    try (ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < WRITERS; i++) {
        int writer = i;
        writers.execute(() -> {
          for (int line = 0; line < LINES; line++) {
            log.info("{} {}", writer, line);
          }
        });
      }
    }
    // What is queued, and what the output's thread took out of the queue at a time.
    assertThat(WRITERS * LINES - queue.dropped()).isBetween((long) QUEUE, 3L * QUEUE);
    output.letGo.countDown();
    context.stop();
    assertThat(output.written).doesNotHaveDuplicates();
    assertThat(output.written.size() + queue.dropped()).isEqualTo(WRITERS * LINES);
  }

  @Test
  void theProcessLogsToIt() throws Exception {
    LoggerContext context = new LoggerContext();
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure(Path.of("src/main/resources/logback.xml").toFile());
    assertThat(context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("ASYNC"))
        .isInstanceOfSatisfying(LogQueue.class, queue -> {
          assertThat(queue.isStarted()).isTrue();
          assertThat(queue.isNeverBlock()).isTrue();
        });
    context.stop();
  }
}
