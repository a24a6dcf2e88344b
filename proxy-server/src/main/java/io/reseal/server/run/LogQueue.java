package io.reseal.server.run;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import java.util.Iterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bounded queue between whoever logs and the process' log, which counts the lines that find it
 * full; Logback's own drops them unseen. Thread-safe. Logback makes it by its name.
 */
public final class LogQueue extends AsyncAppender {
  private long dropped;

  public LogQueue() {}

  /** Lines that found no room in the queues that the process logs to; 0 where it logs otherwise. */
  static long droppedLines() {
    long lines = 0;
    if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      Iterator<Appender<ILoggingEvent>> appenders =
          context.getLogger(Logger.ROOT_LOGGER_NAME).iteratorForAppenders();
      while (appenders.hasNext()) {
        if (appenders.next() instanceof LogQueue queue) {
          lines += queue.dropped();
        }
      }
    }
    return lines;
  }

  synchronized long dropped() {
    return dropped;
  }

  @Override
  protected void append(ILoggingEvent event) {
    // Makes the text, which need not happen under the lock.
    event.prepareForDeferredProcessing();
    synchronized (this) {
      // Whoever adds holds the lock, so there is still room when the event is added.
      if (getRemainingCapacity() == 0) {
        dropped++;
      } else {
        super.append(event);
      }
    }
  }
}
